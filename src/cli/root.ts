import type { CommandRow, ParentCommand } from "./command-row.ts";

const parent = (usage: string, more: Partial<ParentCommand> = {}): ParentCommand => ({
  usage,
  helpTo: "stderr",
  exitCode: 1,
  ...more,
});

/** Every command, one row each, in kubectl's order of registration. Subcommands are rows of their own. */
export const commands: readonly CommandRow[] = [
  {
    path: "create",
    group: "Basic Commands (Beginner)",
    short: "Create a resource from a file or from standard input",
    load: () => import("./commands/create/create.ts"),
  },
  {
    path: "get",
    group: "Basic Commands (Intermediate)",
    short: "Display one or many resources",
    suggestFor: ["list", "ps"],
    load: () => import("./commands/get/get.ts"),
  },
  {
    path: "delete",
    group: "Basic Commands (Intermediate)",
    short: "Delete resources by file names, standard input, types and names, or types and label selector",
    suggestFor: ["rm"],
    load: () => import("./commands/delete/delete.ts"),
  },
  {
    path: "apply",
    group: "Advanced Commands",
    short: "Apply a configuration to a resource by file name or standard input",
    load: () => import("./commands/apply/apply.ts"),
  },
  {
    path: "options",
    short: "List the flags that every command takes",
    hidden: true,
    load: () => import("./commands/options/options.ts"),
  },
  {
    path: "cluster",
    program: "drykube",
    short: "Create, list, delete and reset simulated clusters",
    parent: parent(""),
  },
  {
    path: "cluster create",
    program: "drykube",
    short: "Create a simulated cluster",
    load: () => import("./commands/cluster-create/cluster-create.ts"),
  },
  {
    path: "cluster list",
    program: "drykube",
    aliases: ["ls"],
    short: "List the simulated clusters",
    load: () => import("./commands/cluster-list/cluster-list.ts"),
  },
  {
    path: "cluster delete",
    program: "drykube",
    short: "Delete a simulated cluster",
    load: () => import("./commands/cluster-delete/cluster-delete.ts"),
  },
  {
    path: "cluster reset",
    program: "drykube",
    short: "Put a simulated cluster back to its first day",
    load: () => import("./commands/cluster-reset/cluster-reset.ts"),
  },
  { path: "node", program: "drykube", short: "Stop and start the machines under the nodes", parent: parent("") },
  {
    path: "node stop",
    program: "drykube",
    short: "Stop the machine under a node",
    load: () => import("./commands/node-stop/node-stop.ts"),
  },
  {
    path: "node start",
    program: "drykube",
    short: "Start the machine under a node",
    load: () => import("./commands/node-start/node-start.ts"),
  },
  {
    path: "serve",
    program: "drykube",
    short: "Serve the cluster over HTTPS, for any client",
    load: () => import("./commands/serve/serve.ts"),
  },
  {
    path: "clock",
    program: "drykube",
    short: "Tell the simulated time, or move it forward",
    load: () => import("./commands/clock/clock.ts"),
  },
  { path: "help", short: "Help about any command", hidden: true, parent: parent("[command]", { exitCode: 0 }) },
];

/** Commands that kubectl has and this program does not have yet. They fail and say so, rather than being unknown. */
export const missing: ReadonlySet<string> = new Set(
  [
    "create expose run set explain get edit delete rollout scale autoscale certificate cluster-info top cordon uncordon drain",
    "taint describe logs attach exec port-forward proxy cp auth debug events diff apply patch replace wait kustomize label",
    "annotate completion api-resources api-versions config plugin version",
  ].flatMap((line) => line.split(" ")),
);

export { parent };
