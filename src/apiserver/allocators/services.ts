import { GoLiteral, invalid, invalidObject } from "../../machinery/field-error.ts";
import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { internalError } from "../../machinery/status-error.ts";
import { storePrefix } from "../../store/object-store.ts";
import type { ResourceContext } from "../context.ts";
import { initFamilies } from "./families.ts";
import { formatIpv4, parseCidr, parseIpv4 } from "./ip.ts";

const HEADLESS = "None";
const ALREADY = "provided port is already allocated";

/** What the services there are have taken: derived from them, so that nothing can leak. */
interface Taken {
  readonly addresses: Set<number>;
  readonly ports: Map<number, Set<string>>;
}

function takenBy(ctx: ResourceContext, except: string | undefined): Taken {
  const addresses = new Set<number>();
  const ports = new Map<number, Set<string>>();
  for (const { object } of ctx.server.store.list(storePrefix("", "services"))) {
    if (object.metadata.uid === except) continue;
    for (const ip of clusterIPs(object.spec ?? {})) {
      const address = parseIpv4(ip);
      if (address !== undefined) addresses.add(address);
    }
    for (const { port, protocol } of nodePortsOf(object.spec ?? {})) takePort(ports, port, protocol);
  }
  return { addresses, ports };
}

const clusterIPs = (spec: JsonObject): string[] => spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : []);

function nodePortsOf(spec: JsonObject): { port: number; protocol: string }[] {
  const ports = ((spec.ports ?? []) as JsonObject[])
    .filter((p) => p.nodePort)
    .map((p) => ({ port: p.nodePort as number, protocol: (p.protocol as string | undefined) ?? "TCP" }));
  const health = spec.healthCheckNodePort;
  return health ? [...ports, { port: health, protocol: "TCP" }] : ports;
}

function takePort(ports: Map<number, Set<string>>, port: number, protocol: string): void {
  const protocols = ports.get(port);
  if (protocols === undefined) ports.set(port, new Set([protocol]));
  else protocols.add(protocol);
}

const needsClusterIp = (spec: JsonObject): boolean => spec.type !== "ExternalName";
const needsNodePort = (spec: JsonObject): boolean =>
  spec.type === "NodePort" || (spec.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts !== false);
const needsHealthPort = (spec: JsonObject): boolean =>
  spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local";

/** Gives a new service its addresses and node ports; throws the 422 for those that cannot be had. Mirrors registry/core/service/storage/alloc.go allocateCreate. */
export function allocateForCreate(ctx: ResourceContext, service: KubeObject): void {
  service.spec ??= {};
  const spec: JsonObject = service.spec;
  normalize(spec);
  initFamilies(ctx, service);
  const taken = takenBy(ctx, undefined);
  if (needsClusterIp(spec)) allocateClusterIp(ctx, service, taken);
  allocateNodePorts(ctx, service, taken, []);
}

/** As {@link allocateForCreate}, for what an update adds; what it no longer needs is free by its absence. Mirrors alloc.go allocateUpdate. */
export function allocateForUpdate(ctx: ResourceContext, service: KubeObject, old: KubeObject): void {
  service.spec ??= {};
  const spec: JsonObject = service.spec;
  const before: JsonObject = old.spec ?? {};
  patchAllocated(spec, before);
  normalize(spec, before);
  initFamilies(ctx, service, old);
  const taken = takenBy(ctx, old.metadata.uid);
  if (needsClusterIp(spec) && !needsClusterIp(before)) allocateClusterIp(ctx, service, taken);
  if (!needsClusterIp(spec)) dropClusterIp(spec, before);
  if (!needsNodePort(spec)) dropNodePorts(spec, before);
  allocateNodePorts(ctx, service, taken, nodePortsOf(before));
}

/** A client that writes a service anew need not know what was allocated. Mirrors registry/core/service/storage patchAllocatedValues. */
function patchAllocated(spec: JsonObject, before: JsonObject): void {
  if (needsClusterIp(before) && needsClusterIp(spec)) {
    if (!spec.clusterIP && !spec.clusterIPs?.length) {
      if (before.clusterIP) spec.clusterIP = before.clusterIP;
      if (before.clusterIPs) spec.clusterIPs = [...before.clusterIPs];
    }
    for (const field of ["ipFamilies", "ipFamilyPolicy"])
      if (spec[field] === undefined && before[field] !== undefined) spec[field] = before[field];
  }
  if (needsNodePort(before) && needsNodePort(spec)) {
    const known = new Map(((before.ports ?? []) as JsonObject[]).map((p) => [portKey(p), p.nodePort]));
    const used = new Set(((spec.ports ?? []) as JsonObject[]).map((p) => p.nodePort).filter(Boolean));
    for (const port of (spec.ports ?? []) as JsonObject[]) {
      const nodePort = known.get(portKey(port));
      if (!port.nodePort && nodePort && !used.has(nodePort)) port.nodePort = nodePort;
    }
  }
  if (needsHealthPort(before) && needsHealthPort(spec) && !spec.healthCheckNodePort)
    if (before.healthCheckNodePort) spec.healthCheckNodePort = before.healthCheckNodePort;
}

const portKey = (p: JsonObject): string => `${p.protocol ?? "TCP"}/${p.port}`;

/** A client that sets clusterIP alone means clusterIPs as well. Mirrors registry/core/service/strategy.go NormalizeClusterIPs. */
function normalize(spec: JsonObject, before?: JsonObject): void {
  if (before === undefined) {
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  const same = JSON.stringify(spec.clusterIPs ?? []) === JSON.stringify(before.clusterIPs ?? []);
  if (!spec.clusterIP && before.clusterIP) {
    if (same) delete spec.clusterIPs;
  } else if (!spec.clusterIPs?.length || (spec.clusterIP !== before.clusterIP && same)) {
    if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP, ...(spec.clusterIPs ?? []).slice(1)];
  }
}

function dropClusterIp(spec: JsonObject, before: JsonObject): void {
  // Only what the server gave: a client that asks for an address on an ExternalName service is told so by validation.
  if (spec.clusterIP === before.clusterIP) {
    delete spec.clusterIP;
    delete spec.clusterIPs;
  }
  if (!needsClusterIp(before)) return;
  delete spec.ipFamilies;
  delete spec.ipFamilyPolicy;
}

function dropNodePorts(spec: JsonObject, before: JsonObject): void {
  if (!needsNodePort(before)) return;
  const known = new Set(((before.ports ?? []) as JsonObject[]).map((p) => p.nodePort));
  for (const port of (spec.ports ?? []) as JsonObject[]) if (known.has(port.nodePort)) delete port.nodePort;
}

function allocateClusterIp(ctx: ResourceContext, service: KubeObject, taken: Taken): void {
  const spec: JsonObject = service.spec;
  const wanted = clusterIPs(spec)[0];
  if (wanted === HEADLESS) return;
  const range = parseCidr(ctx.server.settings.serviceCidr);
  if (wanted !== undefined && wanted !== "") {
    const address = parseIpv4(wanted);
    // An address that is none is for validation to name.
    if (address === undefined) return;
    if (address <= range.base || address >= range.base + range.size - 1)
      throw failedIp(ctx, service, wanted, "the provided network does not match the current range");
    if (taken.addresses.has(address)) throw failedIp(ctx, service, wanted, "provided IP is already allocated");
    return;
  }
  const address = freeAddress(ctx, service, range.base, range.size, taken.addresses);
  spec.clusterIP = formatIpv4(address);
  spec.clusterIPs = [spec.clusterIP];
}

function failedIp(ctx: ResourceContext, service: KubeObject, ip: string, cause: string): Error {
  const shown = new GoLiteral(`[]string{${JSON.stringify(ip)}}`);
  return invalidObject(ctx.definition, service.metadata.name ?? "", [
    invalid("spec.clusterIPs", shown, `failed to allocate IP ${ip}: ${cause}`),
  ]);
}

/** A random free address in the upper part of the range, whose lower part is left to those who choose; then any. Mirrors ipallocator's banding. */
function freeAddress(
  ctx: ResourceContext,
  service: KubeObject,
  base: number,
  size: number,
  taken: ReadonlySet<number>,
): number {
  const offset = Math.min(Math.max(16, Math.floor(size / 16)), 256);
  const reserved = size < 16 ? 1 : offset;
  const purpose = `clusterIP ${service.metadata.namespace}/${service.metadata.name} ${service.metadata.uid}`;
  const upper = size - 1 - reserved;
  const start = reserved + Math.floor(ctx.server.chance(purpose) * upper);
  for (let i = 0; i < upper; i++) {
    const candidate = base + reserved + ((start - reserved + i) % upper);
    if (!taken.has(candidate)) return candidate;
  }
  for (let i = 1; i < reserved; i++) if (!taken.has(base + i)) return base + i;
  throw internalError("failed to allocate a serviceIP: range is full");
}

function allocateNodePorts(
  ctx: ResourceContext,
  service: KubeObject,
  taken: Taken,
  kept: readonly { port: number; protocol: string }[],
): void {
  const spec: JsonObject = service.spec;
  const own = new Map<number, Set<string>>();
  const wanted = needsNodePort(spec) ? ((spec.ports ?? []) as JsonObject[]) : [];
  for (const [i, port] of wanted.entries()) {
    const protocol: string = port.protocol ?? "TCP";
    if (port.nodePort && !kept.some((k) => k.port === port.nodePort && k.protocol === protocol))
      checkPort(ctx, service, port.nodePort, protocol, taken, `spec.ports[${i}].nodePort`);
    if (port.nodePort) takePort(own, port.nodePort, protocol);
  }
  for (const port of wanted) {
    if (port.nodePort) continue;
    // The same port over UDP and TCP shares a node port, as DNS does.
    const twin = wanted.find((p) => p !== port && p.port === port.port && p.nodePort && p.protocol !== port.protocol);
    port.nodePort = twin?.nodePort ?? freePort(ctx, service, `port ${port.name ?? port.port}`, taken, own);
    takePort(own, port.nodePort, port.protocol ?? "TCP");
  }
  if (!needsHealthPort(spec)) return;
  if (!spec.healthCheckNodePort) spec.healthCheckNodePort = freePort(ctx, service, "health", taken, own);
  else if (!kept.some((k) => k.port === spec.healthCheckNodePort))
    checkPort(ctx, service, spec.healthCheckNodePort, "TCP", taken, "spec.healthCheckNodePort");
}

function checkPort(
  ctx: ResourceContext,
  service: KubeObject,
  port: number,
  protocol: string,
  taken: Taken,
  field: string,
): void {
  const [low, high] = ctx.server.settings.nodePortRange;
  const refuse = (cause: string): Error =>
    invalidObject(ctx.definition, service.metadata.name ?? "", [invalid(field, port, cause)]);
  if (port < low || port > high)
    throw refuse(`provided port is not in the valid range. The range of valid ports is ${low}-${high}`);
  if (taken.ports.get(port)?.has(protocol)) throw refuse(ALREADY);
}

function freePort(
  ctx: ResourceContext,
  service: KubeObject,
  purpose: string,
  taken: Taken,
  own: ReadonlyMap<number, unknown>,
): number {
  const [low, high] = ctx.server.settings.nodePortRange;
  const size = high - low + 1;
  // The first ports are left to those who choose. Mirrors portallocator's static band.
  const reserved = Math.min(Math.max(16, Math.floor(size / 32)), 128);
  const band = size - reserved;
  const start = Math.floor(ctx.server.chance(`nodePort ${service.metadata.uid} ${purpose}`) * band);
  for (let i = 0; i < size; i++) {
    const port = i < band ? low + reserved + ((start + i) % band) : low + (i - band);
    if (!taken.ports.has(port) && !own.has(port)) return port;
  }
  throw internalError("failed to allocate a nodePort: range is full");
}
