import fs from "node:fs";
import path from "node:path";
import { drykubeHome as configHome } from "../client/kubeconfig.ts";

/** Where drykube keeps everything, as an absolute path: the directory of the kubeconfig that the client reads by default. */
export function drykubeHome(env: Readonly<Record<string, string | undefined>>): string {
  return path.resolve(configHome(env));
}

/** The kubeconfig that knows our clusters. */
export function kubeconfigPath(home: string): string {
  return path.join(home, "config");
}

/** The directory of one cluster's state. Throws for a name that would lead out of the home: it may come from a kubeconfig. */
export function clusterDirectory(home: string, name: string): string {
  if (!/^[a-z0-9.-]+$/.test(name) || /^\.+$/.test(name))
    throw new Error(`${JSON.stringify(name)} is not a valid cluster name, cluster names must match \`^[a-z0-9.-]+$\``);
  return path.join(home, "clusters", name);
}

export function lockPath(directory: string): string {
  return path.join(directory, "lock");
}

/** The clusters that exist, by name. */
export function listClusters(home: string): string[] {
  try {
    return fs
      .readdirSync(path.join(home, "clusters"))
      .filter((name) => !name.startsWith(".") && fs.existsSync(path.join(clusterDirectory(home, name), "state.json")))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
