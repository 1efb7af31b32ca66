/** Who the simulated kubelets of all nodes are at the API; elsewhere each is "system:node:" and its node's name. */
export const KUBELETS_USER = "system:node:kubelet";
