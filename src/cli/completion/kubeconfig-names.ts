import { loadKubeConfig } from "../../client/kubeconfig.ts";
import { locationOf } from "../commands/config/config-edit.ts";
import type { Session } from "../session.ts";

/** The names of the kubeconfig's contexts, clusters or users, sorted. */
export async function kubeconfigNames(session: Session, section: "contexts" | "clusters" | "users"): Promise<string[]> {
  const config = await loadKubeConfig(locationOf(session));
  return [...config[section].keys()].sort();
}
