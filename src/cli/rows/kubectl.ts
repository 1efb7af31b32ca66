import { type CommandRow, parentCommand } from "../command-row.ts";

const BEGINNER = "Basic Commands (Beginner)";
const INTERMEDIATE = "Basic Commands (Intermediate)";
const DEPLOY = "Deploy Commands";
const MANAGEMENT = "Cluster Management Commands";
const TROUBLE = "Troubleshooting and Debugging Commands";
const ADVANCED = "Advanced Commands";
const SETTINGS = "Settings Commands";

/** kubectl's own commands, in its order of registration. Their subcommands are rows of their own, in the files beside this one. */
export const kubectlRows: readonly CommandRow[] = [
  {
    path: "create",
    group: BEGINNER,
    short: "Create a resource from a file or from standard input",
    load: () => import("../commands/create/create.ts"),
  },
  {
    path: "expose",
    group: BEGINNER,
    short: "Make a service for a pod, a deployment, a service or a controller",
    load: () => import("../commands/expose/expose.ts"),
  },
  { path: "run", group: BEGINNER, short: "Run an image in a pod", load: () => import("../commands/run/run.ts") },
  {
    path: "set",
    group: BEGINNER,
    short: "Set one field of a resource",
    parent: parentCommand("SUBCOMMAND", { long: "Change one part of a resource." }),
  },
  {
    path: "explain",
    group: INTERMEDIATE,
    short: "Describe the fields of a resource",
    load: () => import("../commands/explain/explain.ts"),
  },
  {
    path: "get",
    group: INTERMEDIATE,
    short: "Display one or many resources",
    suggestFor: ["list", "ps"],
    load: () => import("../commands/get/get.ts"),
  },
  {
    path: "edit",
    group: INTERMEDIATE,
    short: "Edit a resource on the server",
    load: () => import("../commands/edit/edit.ts"),
  },
  {
    path: "delete",
    group: INTERMEDIATE,
    short: "Delete resources by file names, standard input, types and names, or types and label selector",
    suggestFor: ["rm"],
    load: () => import("../commands/delete/delete.ts"),
  },
  {
    path: "rollout",
    group: DEPLOY,
    short: "Manage the rollout of a resource",
    parent: parentCommand("SUBCOMMAND", {
      helpTo: "stdout",
      long: "Manage the rollout of deployments, daemon sets and stateful sets.",
      examples: `
# Back to the deployment before
kubectl rollout undo deployment/abc

# How a daemon set's rollout goes
kubectl rollout status daemonset/foo`,
    }),
  },
  {
    path: "scale",
    group: DEPLOY,
    short: "Set a new size for a deployment, replica set, stateful set or replication controller",
    load: () => import("../commands/scale/scale.ts"),
  },
  {
    path: "autoscale",
    group: DEPLOY,
    short: "Make an autoscaler for a deployment, replica set, stateful set or replication controller",
    load: () => import("../commands/autoscale/autoscale.ts"),
  },
  {
    path: "certificate",
    group: MANAGEMENT,
    short: "Approve or deny certificate signing requests",
    parent: parentCommand("SUBCOMMAND", { helpTo: "stdout", exitCode: 0 }),
  },
  {
    path: "cluster-info",
    group: MANAGEMENT,
    short: "Display cluster information",
    load: () => import("../commands/cluster-info/cluster-info.ts"),
  },
  {
    path: "top",
    group: MANAGEMENT,
    short: "Show what nodes or pods use of CPU and memory",
    parent: parentCommand("[flags]"),
  },
  {
    path: "cordon",
    group: MANAGEMENT,
    short: "Mark a node as unschedulable",
    load: () => import("../commands/cordon/cordon.ts"),
  },
  {
    path: "uncordon",
    group: MANAGEMENT,
    short: "Mark a node as schedulable",
    load: () => import("../commands/uncordon/uncordon.ts"),
  },
  {
    path: "drain",
    group: MANAGEMENT,
    short: "Empty a node for maintenance",
    load: () => import("../commands/drain/drain.ts"),
  },
  {
    path: "taint",
    group: MANAGEMENT,
    short: "Change the taints of nodes",
    load: () => import("../commands/taint/taint.ts"),
  },
  {
    path: "describe",
    group: TROUBLE,
    short: "Show details of a resource or a group of resources",
    load: () => import("../commands/describe/describe.ts"),
  },
  {
    path: "logs",
    group: TROUBLE,
    short: "Print the logs of a container in a pod",
    load: () => import("../commands/logs/logs.ts"),
  },
  {
    path: "attach",
    group: TROUBLE,
    short: "Attach to a running container",
    load: () => import("../commands/attach/attach.ts"),
  },
  {
    path: "exec",
    group: TROUBLE,
    short: "Execute a command in a container",
    load: () => import("../commands/exec/exec.ts"),
  },
  {
    path: "port-forward",
    group: TROUBLE,
    short: "Forward local ports to a pod",
    load: () => import("../commands/port-forward/port-forward.ts"),
  },
  {
    path: "proxy",
    group: TROUBLE,
    short: "Serve the API of the cluster on a local port",
    load: () => import("../commands/proxy/proxy.ts"),
  },
  {
    path: "cp",
    group: TROUBLE,
    short: "Copy files to and from containers",
    load: () => import("../commands/cp/cp.ts"),
  },
  {
    path: "auth",
    group: TROUBLE,
    short: "Inspect what is allowed",
    parent: parentCommand("[flags]"),
  },
  {
    path: "debug",
    group: TROUBLE,
    short: "Debug a pod or a node",
    load: () => import("../commands/debug/debug.ts"),
  },
  {
    path: "events",
    group: TROUBLE,
    short: "List events",
    load: () => import("../commands/events/events.ts"),
  },
  {
    path: "diff",
    group: ADVANCED,
    short: "Compare what files say with what the server has",
    load: () => import("../commands/diff/diff.ts"),
    flagErrorCode: 2,
  },
  {
    path: "apply",
    group: ADVANCED,
    short: "Apply a configuration to a resource by file name or standard input",
    load: () => import("../commands/apply/apply.ts"),
  },
  {
    path: "patch",
    group: ADVANCED,
    short: "Change fields of a resource",
    load: () => import("../commands/patch/patch.ts"),
  },
  {
    path: "replace",
    group: ADVANCED,
    short: "Replace a resource by file name or standard input",
    load: () => import("../commands/replace/replace.ts"),
  },
  {
    path: "wait",
    group: ADVANCED,
    short: "Wait for a condition on one or many resources",
    suggestFor: ["list", "ps"],
    load: () => import("../commands/wait/wait.ts"),
  },
  {
    path: "kustomize",
    group: ADVANCED,
    short: "Build the objects of a kustomization",
    load: () => import("../commands/kustomize/kustomize.ts"),
  },
  {
    path: "label",
    group: SETTINGS,
    short: "Change the labels of a resource",
    load: () => import("../commands/label/label.ts"),
  },
  {
    path: "annotate",
    group: SETTINGS,
    short: "Change the annotations of a resource",
    load: () => import("../commands/annotate/annotate.ts"),
  },
  {
    path: "completion",
    group: SETTINGS,
    short: "Print a script for completion in a shell",
    load: () => import("../commands/completion/completion.ts"),
  },
  {
    path: "plugin",
    short: "Work with plugins",
    parent: parentCommand("[flags]", {
      helpTo: "stderr",
      long: "Plugins are programs named kubectl-SOMETHING on the PATH.",
    }),
  },
  {
    path: "version",
    short: "Print the client and server version",
    load: () => import("../commands/version/version.ts"),
  },
  {
    path: "api-versions",
    short: 'Print the API versions on the server, as "group/version"',
    load: () => import("../commands/api-versions/api-versions.ts"),
  },
  {
    path: "api-resources",
    short: "Print the API resources on the server",
    load: () => import("../commands/api-resources/api-resources.ts"),
  },
  {
    path: "options",
    short: "List the flags that every command takes",
    hidden: true,
    load: () => import("../commands/options/options.ts"),
  },
  { path: "help", short: "Help about any command", hidden: true, parent: parentCommand("[command]", { exitCode: 0 }) },
];
