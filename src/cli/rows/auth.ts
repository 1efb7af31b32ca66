import type { CommandRow } from "../command-row.ts";

/** What stands under `auth`, `certificate` and `top`. */
export const authRows: readonly CommandRow[] = [
  {
    path: "auth can-i",
    short: "Check whether an action is allowed",
    load: () => import("../commands/auth-can-i/auth-can-i.ts"),
  },
  {
    path: "auth reconcile",
    short: "Bring roles and bindings to what files say",
    load: () => import("../commands/auth-reconcile/auth-reconcile.ts"),
  },
  {
    path: "auth whoami",
    short: "Tell who the server takes you for",
    load: () => import("../commands/auth-whoami/auth-whoami.ts"),
  },
  {
    path: "certificate approve",
    short: "Approve a certificate signing request",
    load: () => import("../commands/certificate-approve/certificate-approve.ts"),
  },
  {
    path: "certificate deny",
    short: "Deny a certificate signing request",
    load: () => import("../commands/certificate-deny/certificate-deny.ts"),
  },
  {
    path: "top node",
    aliases: ["nodes", "no"],
    short: "Show what nodes use of CPU and memory",
    load: () => import("../commands/top-node/top-node.ts"),
  },
  {
    path: "top pod",
    aliases: ["pods", "po"],
    short: "Show what pods use of CPU and memory",
    load: () => import("../commands/top-pod/top-pod.ts"),
  },
];
