import type { CommandRow } from "./command-row.ts";
import { authRows } from "./rows/auth.ts";
import { configRows } from "./rows/config.ts";
import { createRows } from "./rows/create.ts";
import { drykubeRows } from "./rows/drykube.ts";
import { kubectlRows } from "./rows/kubectl.ts";
import { rolloutRows } from "./rows/rollout.ts";
import { setRows } from "./rows/set.ts";
import { subcommandRows } from "./rows/subcommands.ts";

/** Every command, one row each. Top-level commands are in kubectl's order of registration; subcommands are rows of their own. */
export const commands: readonly CommandRow[] = [
  ...kubectlRows,
  ...createRows,
  ...setRows,
  ...authRows,
  ...rolloutRows,
  ...configRows,
  ...subcommandRows,
  ...drykubeRows,
];

/** Commands that kubectl has and this program does not have yet. They fail and say so, rather than being unknown. */
export const missing: ReadonlySet<string> = new Set(
  [
    "create expose run set explain get edit delete rollout scale autoscale certificate cluster-info top cordon uncordon drain",
    "taint describe logs attach exec port-forward proxy cp auth debug events diff apply patch replace wait kustomize label",
    "annotate completion api-resources api-versions config plugin version",
  ].flatMap((line) => line.split(" ")),
);
