import type { JsonObject } from "../machinery/object.ts";
import type { KeyValueState } from "../store/key-value-state.ts";

/** One machine of a cluster, as a kind config describes it. */
export interface NodeSettings {
  readonly name: string;
  readonly role: "control-plane" | "worker";
  readonly ip: string;
  readonly podCidr: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The add-ons that `cluster create --addons` chooses from. */
export const ADDONS = ["kube-system", "local-path", "metallb"] as const;
export type Addon = (typeof ADDONS)[number];

/** What a cluster was created with. Kept in its state; never changed. */
export interface ClusterSettings {
  readonly name: string;
  readonly gitVersion: string;
  readonly port: number;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly nodes: readonly NodeSettings[];
  readonly addons: readonly Addon[];
}

/** The certificates and keys of a cluster, PEM. */
export interface ClusterKeys {
  readonly caCertificate: string;
  readonly caKey: string;
  readonly adminCertificate: string;
  readonly adminKey: string;
  /** Signs service account tokens (ES256 private key, PKCS#8). */
  readonly serviceAccountKey: string;
}

const SETTINGS_KEY = "/cluster/settings";
const KEYS_KEY = "/cluster/keys";

/** A state that holds no cluster, or one of a drykube that kept other things there. */
class UnknownClusterError extends Error {
  constructor(what: string) {
    super(
      `the cluster's state has no ${what}, it was written by another version of drykube: make the cluster anew with 'drykube cluster delete' and 'drykube cluster create'`,
    );
    this.name = "UnknownClusterError";
  }
}

export function readSettings(state: KeyValueState): ClusterSettings {
  const settings = state.get(SETTINGS_KEY) as unknown as ClusterSettings | undefined;
  if (settings?.gitVersion === undefined || !Array.isArray(settings.nodes)) throw new UnknownClusterError("settings");
  return settings;
}

export function readKeys(state: KeyValueState): ClusterKeys {
  const keys = state.get(KEYS_KEY) as unknown as ClusterKeys | undefined;
  if (keys?.adminCertificate === undefined) throw new UnknownClusterError("keys");
  return keys;
}

export function writeSettings(state: KeyValueState, settings: ClusterSettings, keys: ClusterKeys): void {
  state.set(SETTINGS_KEY, settings as unknown as JsonObject);
  state.set(KEYS_KEY, keys as unknown as JsonObject);
}
