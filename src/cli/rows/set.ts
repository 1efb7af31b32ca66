import type { CommandRow } from "../command-row.ts";

/** What stands under `set`. */
export const setRows: readonly CommandRow[] = [
  {
    path: "set image",
    short: "Change the images of a pod template",
    load: () => import("../commands/set-image/set-image.ts"),
  },
  {
    path: "set resources",
    short: "Change what containers of a pod template ask for and may use",
    load: () => import("../commands/set-resources/set-resources.ts"),
  },
  {
    path: "set selector",
    short: "Replace the selector of a service",
    load: () => import("../commands/set-selector/set-selector.ts"),
  },
  {
    path: "set subject",
    short: "Add users, groups or service accounts to a binding",
    load: () => import("../commands/set-subject/set-subject.ts"),
  },
  {
    path: "set serviceaccount",
    aliases: ["sa"],
    short: "Change the service account of a pod template",
    load: () => import("../commands/set-serviceaccount/set-serviceaccount.ts"),
  },
  {
    path: "set env",
    short: "Change or list the environment variables of a pod template",
    load: () => import("../commands/set-env/set-env.ts"),
  },
];
