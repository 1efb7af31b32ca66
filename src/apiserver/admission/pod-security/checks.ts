import type { JsonObject, ObjectMeta } from "../../../machinery/object.ts";

/** Why a pod does not fit: the short reason, and what to change. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** One rule of a Pod Security Standard. */
export interface Check {
  readonly id: string;
  readonly level: "baseline" | "restricted";
  /** The first minor version of Kubernetes that knows it. */
  readonly since?: number;
  /** Baseline checks that this one makes superfluous. */
  readonly overrides?: readonly string[];
  check(spec: JsonObject, metadata: ObjectMeta, minor: number): Violation | undefined;
}

const plural = (one: string, many: string, n: number): string => (n === 1 ? one : many);
const quoted = (names: Iterable<string>): string => [...names].map((n) => JSON.stringify(n)).join(", ");
const containers = (names: readonly string[]): string =>
  `${plural("container", "containers", names.length)} ${quoted(names)}`;
const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();

/** All containers in the order in which upstream visits them. */
function allContainers(spec: JsonObject): JsonObject[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

const namesWhere = (spec: JsonObject, bad: (securityContext: JsonObject, c: JsonObject) => boolean): string[] =>
  allContainers(spec)
    .filter((c) => bad(c.securityContext ?? {}, c))
    .map((c) => c.name);

const isWindows = (spec: JsonObject, minor: number): boolean => minor >= 25 && spec.os?.name === "windows";

/** "pod and containers …": who sets something that it should not. */
function setters(pod: boolean, names: readonly string[]): string {
  return [...(pod ? ["pod"] : []), ...(names.length > 0 ? [containers(names)] : [])].join(" and ");
}

const APPARMOR = "container.apparmor.security.beta.kubernetes.io/";
const APPARMOR_TYPES = new Set(["RuntimeDefault", "Localhost"]);

const appArmorProfile: Check = {
  id: "appArmorProfile",
  level: "baseline",
  check(spec, metadata) {
    const bad = (c: JsonObject | undefined): boolean =>
      c?.appArmorProfile !== undefined && !APPARMOR_TYPES.has(c.appArmorProfile.type);
    const pod = bad(spec.securityContext);
    const names = namesWhere(spec, bad);
    const values = sorted([
      ...(pod ? [spec.securityContext.appArmorProfile.type] : []),
      ...allContainers(spec)
        .filter((c) => names.includes(c.name))
        .map((c) => c.securityContext.appArmorProfile.type),
    ]);
    const annotations = Object.entries(metadata.annotations ?? {})
      .filter(([k, v]) => k.startsWith(APPARMOR) && v !== "" && v !== "runtime/default" && !v.startsWith("localhost/"))
      .map(([k, v]) => `${k}=${JSON.stringify(v)}`)
      .sort();
    const details: string[] = [];
    if (values.length > 0)
      details.push(`${setters(pod, names)} must not set AppArmor profile type to ${quoted(values)}`);
    if (annotations.length > 0)
      details.push(`${plural("annotation", "annotations", annotations.length)} ${annotations.join(", ")}`);
    if (details.length === 0) return undefined;
    const count = values.length + annotations.length;
    return {
      reason: plural("forbidden AppArmor profile", "forbidden AppArmor profiles", count),
      detail: details.join("; "),
    };
  },
};

const DEFAULT_CAPABILITIES = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);

function addedCapabilities(spec: JsonObject, allowed: ReadonlySet<string>): string | undefined {
  const forbidden = (c: JsonObject): string[] =>
    ((c.securityContext?.capabilities?.add ?? []) as string[]).filter((a) => !allowed.has(a));
  const bad = allContainers(spec).filter((c) => forbidden(c).length > 0);
  if (bad.length === 0) return undefined;
  const names = bad.map((c) => c.name);
  return `${containers(names)} must not include ${quoted(sorted(bad.flatMap(forbidden)))} in securityContext.capabilities.add`;
}

const capabilitiesBaseline: Check = {
  id: "capabilities_baseline",
  level: "baseline",
  check(spec) {
    const detail = addedCapabilities(spec, DEFAULT_CAPABILITIES);
    return detail === undefined ? undefined : { reason: "non-default capabilities", detail };
  },
};

const capabilitiesRestricted: Check = {
  id: "capabilities_restricted",
  level: "restricted",
  since: 22,
  overrides: ["capabilities_baseline"],
  check(spec, _metadata, minor) {
    if (isWindows(spec, minor)) return undefined;
    const missing = namesWhere(spec, (s) => !(s.capabilities?.drop ?? []).includes("ALL"));
    const added = addedCapabilities(spec, new Set(["NET_BIND_SERVICE"]));
    const details = [
      ...(missing.length > 0 ? [`${containers(missing)} must set securityContext.capabilities.drop=["ALL"]`] : []),
      ...(added === undefined ? [] : [added]),
    ];
    return details.length === 0 ? undefined : { reason: "unrestricted capabilities", detail: details.join("; ") };
  },
};

const hostNamespaces: Check = {
  id: "hostNamespaces",
  level: "baseline",
  check(spec) {
    const set = ["hostNetwork", "hostPID", "hostIPC"].filter((f) => spec[f] === true).map((f) => `${f}=true`);
    return set.length === 0 ? undefined : { reason: "host namespaces", detail: set.join(", ") };
  },
};

const hostPathVolumes: Check = {
  id: "hostPathVolumes",
  level: "baseline",
  check(spec) {
    const names = ((spec.volumes ?? []) as JsonObject[]).filter((v) => v.hostPath !== undefined).map((v) => v.name);
    if (names.length === 0) return undefined;
    return { reason: "hostPath volumes", detail: `${plural("volume", "volumes", names.length)} ${quoted(names)}` };
  },
};

const hostPorts: Check = {
  id: "hostPorts",
  level: "baseline",
  check(spec) {
    const portsOf = (c: JsonObject): string[] =>
      ((c.ports ?? []) as JsonObject[]).filter((p) => (p.hostPort ?? 0) !== 0).map((p) => String(p.hostPort));
    const bad = allContainers(spec).filter((c) => portsOf(c).length > 0);
    if (bad.length === 0) return undefined;
    const ports = sorted(bad.flatMap(portsOf));
    const hostPort = plural("hostPort", "hostPorts", ports.length);
    const names = bad.map((c) => c.name);
    const use = plural("uses", "use", names.length);
    return { reason: hostPort, detail: `${containers(names)} ${use} ${hostPort} ${ports.join(", ")}` };
  },
};

const privileged: Check = {
  id: "privileged",
  level: "baseline",
  check(spec) {
    const names = namesWhere(spec, (s) => s.privileged === true);
    if (names.length === 0) return undefined;
    return { reason: "privileged", detail: `${containers(names)} must not set securityContext.privileged=true` };
  },
};

const procMount: Check = {
  id: "procMount",
  level: "baseline",
  check(spec) {
    const bad = (s: JsonObject): boolean => s.procMount !== undefined && s.procMount !== "Default";
    const names = namesWhere(spec, bad);
    if (names.length === 0) return undefined;
    const values = sorted(
      allContainers(spec)
        .filter((c) => bad(c.securityContext ?? {}))
        .map((c) => c.securityContext.procMount),
    );
    return {
      reason: "procMount",
      detail: `${containers(names)} must not set securityContext.procMount to ${quoted(values)}`,
    };
  },
};

const SELINUX_TYPES = new Set(["", "container_t", "container_init_t", "container_kvm_t"]);

const seLinuxOptions: Check = {
  id: "seLinuxOptions",
  level: "baseline",
  check(spec, _metadata, minor) {
    const allowed = minor >= 31 ? new Set([...SELINUX_TYPES, "container_engine_t"]) : SELINUX_TYPES;
    const types: string[] = [];
    let user = false;
    let role = false;
    const bad = (s: JsonObject | undefined): boolean => {
      const o: JsonObject | undefined = s?.seLinuxOptions;
      if (o === undefined) return false;
      const type = !allowed.has(o.type ?? "");
      if (type) types.push(o.type);
      if (o.user) user = true;
      if (o.role) role = true;
      return type || Boolean(o.user) || Boolean(o.role);
    };
    const pod = bad(spec.securityContext);
    const names = namesWhere(spec, bad);
    if (!pod && names.length === 0) return undefined;
    const unique = sorted(types);
    const data = [
      ...(unique.length > 0 ? [`${plural("type", "types", unique.length)} ${quoted(unique)}`] : []),
      ...(user ? ["user may not be set"] : []),
      ...(role ? ["role may not be set"] : []),
    ];
    return {
      reason: "seLinuxOptions",
      detail: `${setters(pod, names)} set forbidden securityContext.seLinuxOptions: ${data.join("; ")}`,
    };
  },
};

const SECCOMP_TYPES = new Set(["Localhost", "RuntimeDefault"]);

/** Whoever sets a seccomp profile that is none of the good ones. */
function badSeccomp(spec: JsonObject): Violation | undefined {
  const typeOf = (s: JsonObject | undefined): string | undefined => s?.seccompProfile?.type;
  const bad = (s: JsonObject | undefined): boolean => {
    const type = typeOf(s);
    return type !== undefined && !SECCOMP_TYPES.has(type);
  };
  const pod = bad(spec.securityContext);
  const names = namesWhere(spec, bad);
  if (!pod && names.length === 0) return undefined;
  const values = sorted(
    [spec.securityContext, ...allContainers(spec).map((c) => c.securityContext)].filter(bad).map((s) => typeOf(s)!),
  );
  return {
    reason: "seccompProfile",
    detail: `${setters(pod, names)} must not set securityContext.seccompProfile.type to ${quoted(values)}`,
  };
}

const seccompBaseline: Check = {
  id: "seccompProfile_baseline",
  level: "baseline",
  since: 19,
  check: (spec) => badSeccomp(spec),
};

const seccompRestricted: Check = {
  id: "seccompProfile_restricted",
  level: "restricted",
  since: 19,
  overrides: ["seccompProfile_baseline"],
  check(spec, _metadata, minor) {
    if (isWindows(spec, minor)) return undefined;
    const bad = badSeccomp(spec);
    if (bad !== undefined) return bad;
    const forAll = SECCOMP_TYPES.has(spec.securityContext?.seccompProfile?.type);
    const names = forAll ? [] : namesWhere(spec, (s) => s.seccompProfile === undefined);
    if (names.length === 0) return undefined;
    return {
      reason: "seccompProfile",
      detail: `pod or ${containers(names)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
    };
  },
};

const SYSCTLS: readonly (readonly [number, readonly string[]])[] = [
  [
    0,
    [
      "kernel.shm_rmid_forced",
      "net.ipv4.ip_local_port_range",
      "net.ipv4.tcp_syncookies",
      "net.ipv4.ping_group_range",
      "net.ipv4.ip_unprivileged_port_start",
    ],
  ],
  [27, ["net.ipv4.ip_local_reserved_ports"]],
  [
    29,
    [
      "net.ipv4.tcp_keepalive_time",
      "net.ipv4.tcp_fin_timeout",
      "net.ipv4.tcp_keepalive_intvl",
      "net.ipv4.tcp_keepalive_probes",
    ],
  ],
  [32, ["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"]],
];

const sysctls: Check = {
  id: "sysctls",
  level: "baseline",
  check(spec, _metadata, minor) {
    const allowed = new Set(SYSCTLS.filter(([since]) => minor >= since).flatMap(([, names]) => names));
    const bad = ((spec.securityContext?.sysctls ?? []) as JsonObject[])
      .map((s) => s.name)
      .filter((n) => !allowed.has(n));
    return bad.length === 0 ? undefined : { reason: "forbidden sysctls", detail: bad.join(", ") };
  },
};

const windowsHostProcess: Check = {
  id: "windowsHostProcess",
  level: "baseline",
  check(spec) {
    const bad = (s: JsonObject | undefined): boolean => s?.windowsOptions?.hostProcess === true;
    const pod = bad(spec.securityContext);
    const names = namesWhere(spec, bad);
    if (!pod && names.length === 0) return undefined;
    return {
      reason: "hostProcess",
      detail: `${setters(pod, names)} must not set securityContext.windowsOptions.hostProcess=true`,
    };
  },
};

const allowPrivilegeEscalation: Check = {
  id: "allowPrivilegeEscalation",
  level: "restricted",
  since: 8,
  check(spec, _metadata, minor) {
    if (isWindows(spec, minor)) return undefined;
    const names = namesWhere(spec, (s) => s.allowPrivilegeEscalation !== false);
    if (names.length === 0) return undefined;
    return {
      reason: "allowPrivilegeEscalation != false",
      detail: `${containers(names)} must set securityContext.allowPrivilegeEscalation=false`,
    };
  },
};

const RESTRICTED_VOLUMES = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);

const restrictedVolumes: Check = {
  id: "restrictedVolumes",
  level: "restricted",
  overrides: ["hostPathVolumes"],
  check(spec) {
    const typeOf = (v: JsonObject): string => Object.keys(v).find((k) => k !== "name") ?? "unknown";
    const bad = ((spec.volumes ?? []) as JsonObject[]).filter((v) => !RESTRICTED_VOLUMES.has(typeOf(v)));
    if (bad.length === 0) return undefined;
    const types = sorted(bad.map(typeOf));
    const volumes = `${plural("volume", "volumes", bad.length)} ${quoted(bad.map((v) => v.name))}`;
    const kinds = `${plural("type", "types", types.length)} ${quoted(types)}`;
    return {
      reason: "restricted volume types",
      detail: `${volumes} ${plural("uses", "use", bad.length)} restricted volume ${kinds}`,
    };
  },
};

const runAsNonRoot: Check = {
  id: "runAsNonRoot",
  level: "restricted",
  check(spec) {
    const reason = "runAsNonRoot != true";
    const pod = spec.securityContext?.runAsNonRoot;
    const explicit = namesWhere(spec, (s) => s.runAsNonRoot === false);
    if (pod === false || explicit.length > 0)
      return { reason, detail: `${setters(pod === false, explicit)} must not set securityContext.runAsNonRoot=false` };
    const implicit = pod === true ? [] : namesWhere(spec, (s) => s.runAsNonRoot === undefined);
    if (implicit.length === 0) return undefined;
    return { reason, detail: `pod or ${containers(implicit)} must set securityContext.runAsNonRoot=true` };
  },
};

const runAsUser: Check = {
  id: "runAsUser",
  level: "restricted",
  since: 23,
  check(spec) {
    const pod = spec.securityContext?.runAsUser === 0;
    const names = namesWhere(spec, (s) => s.runAsUser === 0);
    if (!pod && names.length === 0) return undefined;
    return { reason: "runAsUser=0", detail: `${setters(pod, names)} must not set runAsUser=0` };
  },
};

/** The checks of a level in the order of their ids, as upstream runs them. */
export const baselineChecks: readonly Check[] = [
  appArmorProfile,
  capabilitiesBaseline,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  privileged,
  procMount,
  seLinuxOptions,
  seccompBaseline,
  sysctls,
  windowsHostProcess,
];

export const restrictedChecks: readonly Check[] = [
  allowPrivilegeEscalation,
  capabilitiesRestricted,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompRestricted,
];
