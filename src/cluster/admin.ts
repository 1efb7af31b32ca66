import type { UserInfo } from "../client/transport.ts";

/** kubeadm's administrator, whom the kubeconfig of a new cluster names. */
export const ADMIN: UserInfo = { name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] };
