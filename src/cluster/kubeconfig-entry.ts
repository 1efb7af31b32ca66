import { readConfigFile } from "../client/kubeconfig.ts";
import { writeConfigFile } from "../client/write-config.ts";
import type { JsonObject } from "../machinery/object.ts";
import { kubeconfigPath } from "./home.ts";
import type { ClusterKeys, ClusterSettings } from "./settings.ts";
import { waitForLock } from "./state-guard.ts";

type Sleep = (ms: number) => Promise<void>;

/** What a cluster, its context and its admin are called in kubeconfig: kind's "kind-NAME". */
export const contextName = (cluster: string): string => `kind-${cluster}`;

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

/**
 * Puts a cluster into drykube's kubeconfig and makes it current. The entry is an ordinary one, so that any client can
 * use it while `drykube serve` runs; the extension tells our own CLI to open the state itself.
 */
export async function addToKubeconfig(
  home: string,
  settings: ClusterSettings,
  keys: ClusterKeys,
  sleep: Sleep,
): Promise<void> {
  const name = contextName(settings.name);
  await edit(home, sleep, (config) => {
    put(config, "clusters", name, "cluster", {
      "certificate-authority-data": base64(keys.caCertificate),
      // The home is relative to the kubeconfig: the folder may be moved as a whole.
      extensions: [{ name: "drykube", extension: { cluster: settings.name, home: "." } }],
      server: `https://127.0.0.1:${settings.port}`,
    });
    put(config, "users", name, "user", {
      "client-certificate-data": base64(keys.adminCertificate),
      "client-key-data": base64(keys.adminKey),
    });
    put(config, "contexts", name, "context", { cluster: name, user: name });
    config["current-context"] = name;
  });
}

/** Takes a cluster out of drykube's kubeconfig; the current context is unset where it was this one. */
export async function removeFromKubeconfig(home: string, cluster: string, sleep: Sleep): Promise<void> {
  const name = contextName(cluster);
  await edit(home, sleep, (config) => {
    for (const list of ["clusters", "users", "contexts"] as const)
      config[list] = ((config[list] ?? []) as JsonObject[]).filter((entry) => entry["name"] !== name);
    if (config["current-context"] === name) config["current-context"] = "";
  });
}

/** Reads, changes and writes the kubeconfig, alone: two clusters may be made at once. */
async function edit(home: string, sleep: Sleep, change: (config: JsonObject) => void): Promise<void> {
  const file = kubeconfigPath(home);
  const lock = await waitForLock(`${file}.lock`, sleep);
  try {
    const config: JsonObject = {
      apiVersion: "v1",
      kind: "Config",
      preferences: {},
      ...(await readConfigFile(file, home)),
    };
    change(config);
    writeConfigFile(file, config, process.pid);
  } finally {
    lock.release();
  }
}

function put(config: JsonObject, list: string, name: string, field: string, value: JsonObject): void {
  const others = ((config[list] ?? []) as JsonObject[]).filter((entry) => entry["name"] !== name);
  config[list] = [...others, { name, [field]: value }];
}
