import { type CommandRow, parentCommand } from "../command-row.ts";

const contexts = () => import("../commands/config/contexts.ts");
const clusters = () => import("../commands/config/clusters.ts");
const users = () => import("../commands/config/users.ts");
const properties = () => import("../commands/config/properties.ts");

/** `config` and what stands under it. */
export const configRows: readonly CommandRow[] = [
  {
    path: "config",
    short: "Modify kubeconfig files",
    parent: parentCommand("SUBCOMMAND", {
      long: `Modify kubeconfig files with subcommands such as "kubectl config set current-context my-context".

 Which files count:

  1.  The one that --kubeconfig names, and no other.
  2.  Those that $KUBECONFIG lists, merged. A value is changed in the file that has it, a new one goes to the first file that exists, or to the last of the list.
  3.  Otherwise the program's own file.`,
    }),
  },
  {
    path: "config current-context",
    short: "Display the current context",
    load: async () => ({ command: (await contexts()).currentContext }),
  },
  {
    path: "config delete-cluster",
    short: "Delete a cluster from the kubeconfig",
    load: async () => ({ command: (await clusters()).deleteCluster }),
  },
  {
    path: "config delete-context",
    short: "Delete a context from the kubeconfig",
    load: async () => ({ command: (await contexts()).deleteContext }),
  },
  {
    path: "config delete-user",
    short: "Delete a user from the kubeconfig",
    load: async () => ({ command: (await users()).deleteUser }),
  },
  {
    path: "config get-clusters",
    short: "Display the clusters of the kubeconfig",
    load: async () => ({ command: (await clusters()).getClusters }),
  },
  {
    path: "config get-contexts",
    short: "Display one or many contexts",
    load: async () => ({ command: (await contexts()).getContexts }),
  },
  {
    path: "config get-users",
    short: "Display the users of the kubeconfig",
    load: async () => ({ command: (await users()).getUsers }),
  },
  {
    path: "config rename-context",
    short: "Rename a context",
    load: async () => ({ command: (await contexts()).renameContext }),
  },
  {
    path: "config set",
    short: "Set one value in a kubeconfig file",
    load: async () => ({ command: (await properties()).setValue }),
  },
  {
    path: "config set-cluster",
    short: "Set a cluster entry in kubeconfig",
    load: async () => ({ command: (await clusters()).setCluster }),
  },
  {
    path: "config set-context",
    short: "Set a context entry in kubeconfig",
    load: async () => ({ command: (await contexts()).setContext }),
  },
  {
    path: "config set-credentials",
    short: "Set a user entry in kubeconfig",
    load: async () => ({ command: (await users()).setCredentials }),
  },
  {
    path: "config unset",
    short: "Unset one value in a kubeconfig file",
    load: async () => ({ command: (await properties()).unsetValue }),
  },
  {
    path: "config use-context",
    aliases: ["use"],
    short: "Set the current context",
    load: async () => ({ command: (await contexts()).useContext }),
  },
  {
    path: "config view",
    short: "Display merged kubeconfig settings, or those of one file",
    load: async () => ({ command: (await import("../commands/config/view.ts")).view }),
  },
];
