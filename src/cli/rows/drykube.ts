import { type CommandRow, parentCommand } from "../command-row.ts";

/** The commands that drykube adds to kubectl's: what a simulated cluster has beyond the API. */
export const drykubeRows: readonly CommandRow[] = [
  {
    path: "cluster",
    program: "drykube",
    short: "Create, list, delete and reset simulated clusters",
    parent: parentCommand(""),
  },
  {
    path: "cluster create",
    program: "drykube",
    short: "Create a simulated cluster",
    load: () => import("../commands/cluster-create/cluster-create.ts"),
  },
  {
    path: "cluster list",
    program: "drykube",
    aliases: ["ls"],
    short: "List the simulated clusters",
    load: () => import("../commands/cluster-list/cluster-list.ts"),
  },
  {
    path: "cluster delete",
    program: "drykube",
    short: "Delete a simulated cluster",
    load: () => import("../commands/cluster-delete/cluster-delete.ts"),
  },
  {
    path: "cluster reset",
    program: "drykube",
    short: "Put a simulated cluster back to its first day",
    load: () => import("../commands/cluster-reset/cluster-reset.ts"),
  },
  { path: "node", program: "drykube", short: "Stop and start the machines under the nodes", parent: parentCommand("") },
  {
    path: "node stop",
    program: "drykube",
    short: "Stop the machine under a node",
    load: () => import("../commands/node-stop/node-stop.ts"),
  },
  {
    path: "node start",
    program: "drykube",
    short: "Start the machine under a node",
    load: () => import("../commands/node-start/node-start.ts"),
  },
  {
    path: "serve",
    program: "drykube",
    short: "Serve the cluster over HTTPS, for any client",
    load: () => import("../commands/serve/serve.ts"),
  },
  {
    path: "curl",
    program: "drykube",
    short: "Send a request from outside the cluster",
    load: () => import("../commands/curl/curl.ts"),
  },
  {
    path: "clock",
    program: "drykube",
    short: "Tell the simulated time, or move it forward",
    load: () => import("../commands/clock/clock.ts"),
  },
];
