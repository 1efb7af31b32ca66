import type { JsonObject } from "../../../machinery/object.ts";

/** The debugging profiles of kubectl 1.33. */
export const PROFILES = ["legacy", "general", "baseline", "netadmin", "restricted", "sysadmin"] as const;
export type Profile = (typeof PROFILES)[number];

/** How a pod or node is debugged. */
export type Style = "ephemeral" | "copy" | "node";

/** What a copy keeps of its original. */
export type Keep = ReadonlySet<
  "annotations" | "labels" | "livenessProbe" | "readinessProbe" | "startupProbe" | "initContainers"
>;

function addCapabilities(container: JsonObject, ...names: readonly string[]): void {
  const security: JsonObject = container["securityContext"] ?? {};
  const { add = [], ...others } = security["capabilities"] ?? {};
  const capabilities = { ...others, add: [...new Set([...add, ...names])] };
  container["securityContext"] = { ...security, capabilities };
}

function restrict(container: JsonObject): void {
  container["securityContext"] = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
  };
}

function useHostNamespaces({ spec }: JsonObject): void {
  Object.assign(spec, { hostIPC: true, hostNetwork: true, hostPID: true });
}

function mountRoot({ spec }: JsonObject, container: JsonObject): void {
  spec.volumes = [...(spec.volumes ?? []), { name: "host-root", hostPath: { path: "/" } }];
  container["volumeMounts"] = [...(container["volumeMounts"] ?? []), { name: "host-root", mountPath: "/host" }];
}

/** Takes out of a copy what is not to be kept. Mirrors KeepFlags.Remove. */
function strip({ metadata, spec }: JsonObject, keep: Keep): void {
  for (const field of ["annotations", "labels"] as const) if (!keep.has(field)) delete metadata[field];
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"] as const)
    if (!keep.has(probe)) for (const container of spec.containers) delete container[probe];
  if (!keep.has("initContainers")) delete spec.initContainers;
}

type Change = (pod: JsonObject, container: JsonObject) => void;

/** What a profile does to the debugging container wherever it is. */
const ANYWHERE: Readonly<Record<Profile, Change>> = {
  legacy: () => {},
  general: () => {},
  baseline: (_, container) => {
    delete container["securityContext"];
  },
  netadmin: (_, container) => addCapabilities(container, "NET_ADMIN", "NET_RAW"),
  restricted: (_, container) => restrict(container),
  sysadmin: (_, container) => {
    container["securityContext"] = { ...container["securityContext"], privileged: true };
  },
};

const NODE: Readonly<Record<Profile, Change>> = {
  legacy: (pod, container) => {
    mountRoot(pod, container);
    useHostNamespaces(pod);
  },
  general: (pod, container) => {
    mountRoot(pod, container);
    useHostNamespaces(pod);
  },
  baseline: () => {},
  netadmin: useHostNamespaces,
  restricted: () => {},
  sysadmin: (pod, container) => {
    mountRoot(pod, container);
    useHostNamespaces(pod);
  },
};

/** Changes a pod and its debugging container as a profile wants it. Mirrors kubectl/pkg/cmd/debug/profiles.go. */
export function applyProfile(
  profile: Profile,
  style: Style,
  pod: JsonObject,
  container: JsonObject,
  keep: Keep = new Set(),
): void {
  if (style === "copy" && profile === "legacy") delete pod["metadata"].labels;
  if (style === "copy" && profile !== "legacy") {
    strip(pod, keep);
    pod["spec"].shareProcessNamespace ??= true;
  }
  if (profile === "general" && style !== "node") addCapabilities(container, "SYS_PTRACE");
  ANYWHERE[profile](pod, container);
  if (style === "node") NODE[profile](pod, container);
}
