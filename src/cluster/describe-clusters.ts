import { clusterDirectory, drykubeHome, listClusters } from "./home.ts";
import { contextName } from "./kubeconfig-entry.ts";
import { servingUrl } from "./serving.ts";
import { type ClusterSettings, readSettings } from "./settings.ts";
import { openState } from "./state-guard.ts";

/** One line of `cluster list`. */
export interface ClusterSummary {
  readonly name: string;
  readonly context: string;
  readonly nodes: number;
  readonly version: string;
  readonly addons: readonly string[];
  /** "serving https://…" while a server holds it, else "embedded"; why it cannot be opened, where it cannot. */
  readonly state: string;
}

/** What a cluster was made with, or why that cannot be read: a damaged one does not hide the others. */
function settingsIn(directory: string): ClusterSettings | Error {
  try {
    const state = openState(directory);
    try {
      return readSettings(state);
    } finally {
      state.close();
    }
  } catch (error) {
    return error as Error;
  }
}

/** The clusters of a home, by name. */
export function describeClusters(env: Readonly<Record<string, string | undefined>>): ClusterSummary[] {
  const home = drykubeHome(env);
  return listClusters(home).map((name) => {
    const settings = settingsIn(clusterDirectory(home, name));
    if (settings instanceof Error)
      return { name, context: contextName(name), nodes: 0, version: "", addons: [], state: settings.message };
    const served = servingUrl(home, name);
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
