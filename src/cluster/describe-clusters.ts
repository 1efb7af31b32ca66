import { isAlive, readOwner } from "../store/lock.ts";
import { openStateFile } from "../store/state-file.ts";
import { clusterDirectory, drykubeHome, listClusters, lockPath } from "./home.ts";
import { contextName } from "./kubeconfig-entry.ts";
import { readSettings } from "./settings.ts";

/** One line of `cluster list`. */
export interface ClusterSummary {
  readonly name: string;
  readonly context: string;
  readonly nodes: number;
  readonly version: string;
  readonly addons: readonly string[];
  /** "serving https://…" while a server holds it, else "embedded". */
  readonly state: string;
}

/** The clusters of a home, by name. */
export function describeClusters(env: Readonly<Record<string, string | undefined>>): ClusterSummary[] {
  const home = drykubeHome(env);
  return listClusters(home).map((name) => {
    const directory = clusterDirectory(home, name);
    const state = openStateFile(directory)!;
    const settings = readSettings(state);
    state.close();
    const owner = readOwner(lockPath(directory));
    const served = owner?.endpoint !== undefined && isAlive(owner) ? owner.endpoint.url : undefined;
    return {
      name,
      context: contextName(name),
      nodes: settings.nodes.length,
      version: settings.gitVersion,
      addons: settings.addons,
      state: served === undefined ? "embedded" : `serving ${served}`,
    };
  });
}
