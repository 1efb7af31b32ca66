import type { ResourceDefinition } from "../kinds/definition.ts";
import type { KubeObject } from "../machinery/object.ts";
import { trackUpdate } from "../machinery/patch/managed-fields.ts";
import { encodeGo } from "../machinery/schema/encode.ts";
import type { Structure } from "../machinery/schema/structure.ts";
import { formatMicroTime, formatTime, type Instant } from "../machinery/time.ts";
import { type ObjectStore, storeKey } from "../store/object-store.ts";
import { nodeLease, nodeObject } from "./node-objects.ts";
import type { ClusterSettings } from "./settings.ts";

/** What a fresh control plane is made of. */
export interface BootstrapContext {
  readonly store: ObjectStore;
  readonly catalog: readonly ResourceDefinition[];
  readonly settings: ClusterSettings;
  /** PEM: the authority that signs client certificates. */
  readonly clientCa: string;
  readonly now: Instant;
  readonly structure: Structure;
  chance(purpose: string): number;
  readSchema(file: string): string;
}

/**
 * Writes what kube-apiserver's post-start hooks, kubeadm and kind leave behind: namespaces, RBAC, flow control, the
 * kubernetes service, nodes. It goes to the store as a restored backup would, because a new cluster has no history.
 */
export function bootstrap(context: BootstrapContext): void {
  const put = (object: KubeObject): KubeObject => putObject(context, object);
  for (const name of ["default", "kube-node-lease", "kube-public", "kube-system"]) put(namespaceObject(name));
  for (const object of JSON.parse(context.readSchema("bootstrap.json")) as KubeObject[]) put(object);
  for (const object of kubernetesService(context.settings)) put(object);
  for (const object of authenticationConfig(context)) put(object);
  for (const node of context.settings.nodes) {
    const stored = put(
      nodeObject(context.settings.name, node, context.settings.gitVersion, hex(context, node.name), context.now),
    );
    put(nodeLease(node, formatMicroTime(context.now), stored.metadata.uid!));
    put({ apiVersion: "storage.k8s.io/v1", kind: "CSINode", metadata: csiNodeMeta(stored), spec: { drivers: null } });
  }
  if (context.settings.addons.includes("kube-system")) for (const lease of componentLeases(context)) put(lease);
}

/** The leases by which a control plane's components are elected, and by which an apiserver says that it is there. */
function componentLeases(context: BootstrapContext): KubeObject[] {
  const host = context.settings.nodes.find((n) => n.role === "control-plane")?.name ?? context.settings.name;
  const time = formatMicroTime(context.now);
  const id = (name: string): string =>
    hex(context, `holder of ${name}`).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
  const lease = (name: string, holder: string, leaseDurationSeconds: number, labels?: object): KubeObject => ({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, namespace: "kube-system", ...(labels === undefined ? {} : { labels }) } as KubeObject["metadata"],
    spec: { holderIdentity: `${holder}_${id(name)}`, leaseDurationSeconds, renewTime: time },
  });
  const elected = (name: string): KubeObject => {
    const { spec, ...rest } = lease(name, host, 15);
    return { ...rest, spec: { ...spec, acquireTime: time, leaseTransitions: 0 } };
  };
  const server = `apiserver-${hex(context, "apiserver identity").slice(0, 26)}`;
  const labels = { "apiserver.kubernetes.io/identity": "kube-apiserver", "kubernetes.io/hostname": host };
  return [lease(server, server, 3600, labels), elected("kube-controller-manager"), elected("kube-scheduler")];
}

/** Writes one object as the apiserver would have stored it. */
export function putObject(context: BootstrapContext, object: KubeObject): KubeObject {
  const definition = context.catalog.find(
    (d) => d.kind === object.kind && object.apiVersion === (d.group === "" ? d.version : `${d.group}/${d.version}`),
  );
  if (definition === undefined) throw new Error(`bootstrap: no resource for ${object.apiVersion} ${object.kind}`);
  const { namespace, name = "" } = object.metadata;
  const key = storeKey(definition.group, definition.resource, namespace, name);
  const metadata = {
    ...object.metadata,
    uid: uidFor(context, key),
    creationTimestamp: formatTime(context.now),
    ...(GENERATION_KINDS.has(object.kind) ? { generation: 1 } : {}),
  };
  const stored = context.store.commit(key, 0, booked(context, definition, { ...object, metadata }));
  if (stored === undefined) throw new Error(`bootstrap: ${key} exists already`);
  return stored.object;
}

/** The object in Go's order, with the field manager that wrote it in a real cluster. */
function booked(context: BootstrapContext, definition: ResourceDefinition, object: KubeObject): KubeObject {
  const { structure } = context;
  const type = definition.type!;
  const hasStatus = definition.subresources?.some((s) => s.name === "status") === true;
  const tracking = {
    structure,
    schema: { ref: type },
    apiVersion: object.apiVersion,
    subresource: "",
    time: formatTime(context.now),
    resetFields: hasStatus ? [["status"]] : [],
  };
  const named = WRITTEN_BY_NAME[`${object.kind}/${object.metadata.name}`];
  const manager =
    named ?? (object.metadata.name?.startsWith("apiserver-") ? undefined : WRITTEN_BY[object.kind]) ?? "kube-apiserver";
  // Whoever creates a namespace does not send its finalizer: the strategy adds it, and such fields belong to nobody.
  const sent = object.kind === "Namespace" ? { ...object, spec: undefined } : object;
  const managedFields = trackUpdate(tracking, undefined, sent, manager);
  return encodeGo(structure, type, { ...object, metadata: { ...object.metadata, managedFields } }) as KubeObject;
}

const WRITTEN_BY: Readonly<Record<string, string>> = { Node: "kubelet", Lease: "kubelet", CSINode: "kubelet" };
/** What is written by others than the rest of its kind. */
const WRITTEN_BY_NAME: Readonly<Record<string, string>> = {
  "Lease/kube-controller-manager": "kube-controller-manager",
  "Lease/kube-scheduler": "kube-scheduler",
};

const GENERATION_KINDS = new Set([
  "Deployment",
  "DaemonSet",
  "FlowSchema",
  "PriorityLevelConfiguration",
  "PriorityClass",
]);

function namespaceObject(name: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      labels: { "kubernetes.io/metadata.name": name },
    },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  };
}

function csiNodeMeta(node: KubeObject): KubeObject["metadata"] {
  const name = node.metadata.name!;
  return { name, ownerReferences: [{ apiVersion: "v1", kind: "Node", name, uid: node.metadata.uid! }] };
}

/** What the apiserver publishes about how it authenticates. */
function authenticationConfig(context: BootstrapContext): KubeObject[] {
  const configMap = (name: string, data: Record<string, string>): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "kube-system" },
    data,
  });
  return [
    configMap("extension-apiserver-authentication", { "client-ca-file": context.clientCa }),
    configMap("kube-apiserver-legacy-service-account-token-tracking", {
      since: formatTime(context.now).slice(0, 10),
    }),
  ];
}

/** The service that pods reach the apiserver by, with the objects that upstream keeps for it. */
function kubernetesService(settings: ClusterSettings): KubeObject[] {
  const ip = firstAddress(settings.serviceCidr);
  const server = settings.nodes.find((node) => node.role === "control-plane")!.ip;
  const meta = { name: "kubernetes", namespace: "default" };
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...meta, labels: { component: "apiserver", provider: "kubernetes" } },
      spec: {
        clusterIP: ip,
        clusterIPs: [ip],
        internalTrafficPolicy: "Cluster",
        ipFamilies: ["IPv4"],
        ipFamilyPolicy: "SingleStack",
        ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: 6443 }],
        sessionAffinity: "None",
        type: "ClusterIP",
      },
      status: { loadBalancer: {} },
    },
    {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { ...meta, labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } },
      subsets: [{ addresses: [{ ip: server }], ports: [{ name: "https", port: 6443, protocol: "TCP" }] }],
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { ...meta, labels: { "kubernetes.io/service-name": "kubernetes" }, generation: 1 },
      addressType: "IPv4",
      endpoints: [{ addresses: [server], conditions: { ready: true } }],
      ports: [{ name: "https", port: 6443, protocol: "TCP" }],
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "ServiceCIDR",
      metadata: { name: "kubernetes", finalizers: ["networking.k8s.io/service-cidr-finalizer"] },
      spec: { cidrs: [settings.serviceCidr] },
      status: {
        conditions: [{ type: "Ready", status: "True", reason: "", message: "Kubernetes Service CIDR is ready" }],
      },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "IPAddress",
      metadata: {
        name: ip,
        labels: {
          "ipaddress.kubernetes.io/ip-family": "IPv4",
          "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
        },
      },
      spec: { parentRef: { name: "kubernetes", namespace: "default", resource: "services" } },
    },
  ];
}

/** The first usable address of a CIDR: the kubernetes service has it. */
function firstAddress(cidr: string): string {
  const octets = cidr.split("/")[0]!.split(".").map(Number);
  octets[3]! += 1;
  return octets.join(".");
}

/** 32 hex digits that follow from the seed. */
function hex(context: BootstrapContext, purpose: string): string {
  return Array.from({ length: 4 }, (_, i) =>
    Math.floor(context.chance(`${purpose}#${i}`) * 0x100000000)
      .toString(16)
      .padStart(8, "0"),
  ).join("");
}

/** A version 4 UUID that follows from the seed. */
function uidFor(context: BootstrapContext, purpose: string): string {
  const digits = hex(context, `uid ${purpose}`);
  const variant = "89ab"[Number.parseInt(digits[16]!, 16) & 3]!;
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`;
}
