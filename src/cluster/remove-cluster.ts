import { openStateFile } from "../store/state-file.ts";
import type { EmbeddedHost } from "./connect-embedded.ts";
import { createCluster, deleteCluster } from "./create-cluster.ts";
import { clusterDirectory, drykubeHome } from "./home.ts";
import { removeFromKubeconfig } from "./kubeconfig-entry.ts";
import { readSettings } from "./settings.ts";

/** Deletes a cluster and its kubeconfig entry; false where there is none. */
export async function removeCluster(host: EmbeddedHost, name: string): Promise<boolean> {
  const home = drykubeHome(host.env);
  if (!deleteCluster(home, name)) return false;
  await removeFromKubeconfig(home, name, (ms) => host.sleep(ms));
  return true;
}

/** Deletes a cluster and makes it again from its own settings; false where there is none. */
export async function resetCluster(host: EmbeddedHost, name: string): Promise<boolean> {
  const home = drykubeHome(host.env);
  const state = openStateFile(clusterDirectory(home, name));
  if (state === undefined) return false;
  const { nodes, addons, podCidr, serviceCidr } = readSettings(state);
  state.close();
  deleteCluster(home, name);
  await createCluster({
    home,
    name,
    nodes,
    addons,
    podCidr,
    serviceCidr,
    now: host.now(),
    sleep: (ms) => host.sleep(ms),
    readSchema: (file) => host.readSchema(file),
  });
  return true;
}
