import type { CommandRow } from "../command-row.ts";

/** What stands under commands that do something themselves. */
export const subcommandRows: readonly CommandRow[] = [
  {
    path: "plugin list",
    short: "List the plugins on the PATH",
    load: () => import("../commands/plugin-list/plugin-list.ts"),
  },
  {
    path: "apply edit-last-applied",
    short: "Edit what the last apply left in an object",
    load: () => import("../commands/apply-edit-last-applied/apply-edit-last-applied.ts"),
  },
  {
    path: "apply view-last-applied",
    short: "View what the last apply left in an object",
    load: () => import("../commands/apply-view-last-applied/apply-view-last-applied.ts"),
  },
  {
    path: "apply set-last-applied",
    short: "Set what the last apply is taken to have left in an object",
    load: () => import("../commands/apply-set-last-applied/apply-set-last-applied.ts"),
  },
  {
    path: "cluster-info dump",
    short: "Dump what helps to find out what is wrong with a cluster",
    load: () => import("../commands/cluster-info-dump/cluster-info-dump.ts"),
  },
];
