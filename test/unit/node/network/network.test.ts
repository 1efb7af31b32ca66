import { beforeEach, describe, expect, test } from "vitest";
import type { Lister } from "../../../../src/client/lister.ts";
import type { KubeObject } from "../../../../src/machinery/object.ts";
import { createClusterNetwork } from "../../../../src/node/network/cluster-network.ts";
import { answerDns } from "../../../../src/node/network/dns.ts";
import { routeIngress } from "../../../../src/node/network/ingress.ts";
import type { ClusterNetwork, NetworkSource } from "../../../../src/node/network/network.ts";
import { START } from "../../../support/runtime/harness.ts";

/** A lister over plain objects, keyed "resource" → list. */
function listerOf(world: Record<string, any[]>): Lister {
  const list = (resource: string, namespace?: string): any[] =>
    (world[resource] ?? []).filter((object) => namespace === undefined || object.metadata.namespace === namespace);
  return {
    get: (_group, resource, namespace, name) =>
      list(resource, namespace).find((object) => object.metadata.name === name),
    list: (_group, resource, namespace) => list(resource, namespace),
    ownedBy: () => [],
    listNamed: () => [],
  };
}

const meta = (name: string, namespace?: string, labels: Record<string, string> = {}) => ({
  name,
  uid: `uid-${name}`,
  labels,
  ...(namespace && { namespace }),
});
const pod = (name: string, namespace: string, podIP: string, labels: Record<string, string>, nodeName = "w1") =>
  ({
    metadata: meta(name, namespace, labels),
    spec: { nodeName, containers: [{ name: "c", ports: [{ name: "http", containerPort: 8080 }] }] },
    status: { podIP, phase: "Running" },
  }) as unknown as KubeObject;
const slice = (service: string, namespace: string, port: number, endpoints: object[]) => ({
  metadata: meta(`${service}-abc`, namespace, { "kubernetes.io/service-name": service }),
  addressType: "IPv4",
  ports: [{ name: "", port, protocol: "TCP" }],
  endpoints,
});
const endpoint = (ip: string, ready = true, more = {}) => ({
  addresses: [ip],
  conditions: { ready },
  nodeName: "w1",
  ...more,
});
const service = (name: string, namespace: string, spec: object) => ({
  metadata: meta(name, namespace),
  spec: { type: "ClusterIP", ports: [{ port: 80, protocol: "TCP" }], ...spec },
  status: {},
});

let world: Record<string, any[]>;
let network: ClusterNetwork;
let hits: string[];

beforeEach(() => {
  hits = [];
  world = {
    namespaces: ["default", "other", "kube-system"].map((name) => ({
      metadata: meta(name, undefined, { "kubernetes.io/metadata.name": name }),
    })),
    nodes: ["w1", "w2"].map((name, i) => ({
      metadata: meta(name),
      status: { addresses: [{ type: "InternalIP", address: `172.18.0.${3 + i}` }] },
    })),
    pods: [
      pod("web-1", "default", "10.244.1.2", { app: "web" }),
      pod("web-2", "default", "10.244.2.2", { app: "web" }, "w2"),
      pod("client", "default", "10.244.1.9", { role: "client" }),
      pod("stranger", "other", "10.244.1.10", {}),
      pod("coredns", "kube-system", "10.244.0.2", { "k8s-app": "kube-dns" }),
    ],
    services: [
      service("web", "default", {
        clusterIP: "10.96.1.1",
        clusterIPs: ["10.96.1.1"],
        selector: { app: "web" },
        type: "NodePort",
        ports: [{ port: 80, targetPort: 8080, nodePort: 30080, protocol: "TCP" }],
      }),
      service("headless", "default", { clusterIP: "None", ports: [{ name: "http", port: 80, protocol: "TCP" }] }),
      service("empty", "default", { clusterIP: "10.96.1.2" }),
      service("ext", "default", { type: "ExternalName", externalName: "web.default.svc.cluster.local" }),
      service("kube-dns", "kube-system", {
        clusterIP: "10.96.0.10",
        ports: [{ name: "dns", port: 53, protocol: "UDP" }],
      }),
    ],
    endpointslices: [
      slice("web", "default", 8080, [endpoint("10.244.1.2"), endpoint("10.244.2.2", true, { nodeName: "w2" })]),
      {
        ...slice("headless", "default", 8080, [
          endpoint("10.244.1.2", true, { hostname: "web-0" }),
          endpoint("10.244.2.2", false, { hostname: "web-1" }),
        ]),
        ports: [{ name: "http", port: 8080, protocol: "TCP" }],
      },
      {
        ...slice("kube-dns", "kube-system", 53, [endpoint("10.244.0.2")]),
        ports: [{ name: "dns", port: 53, protocol: "UDP" }],
      },
    ],
  };
  let rolls = 0;
  let connections = 0;
  network = createClusterNetwork({
    lister: listerOf(world),
    connectionNumber: () => connections++,
    chance: (purpose) => (purpose.startsWith("affinity") ? 0.9 : (rolls++ % 2) / 2),
    pods: () => ({
      http: async (uid, port, request) => {
        hits.push(`${uid}:${port} from ${request.peer}`);
        return port === 8080
          ? { status: 200, statusText: "OK", headers: [], body: new Uint8Array([111, 107]) }
          : undefined;
      },
      tcp: async () => undefined,
    }),
  });
});

const from = (name: string): NetworkSource => {
  const found = world["pods"]!.find((p) => p.metadata.name === name);
  return {
    namespace: found.metadata.namespace,
    podName: name,
    podUid: found.metadata.uid,
    podIP: found.status.podIP,
    nodeName: found.spec.nodeName,
    hostNetwork: false,
  };
};

async function connect(ip: string, port: number, source?: string): Promise<string> {
  const request = { method: "GET", url: "/", headers: {}, body: "" };
  const answer = await network.ask(
    { kind: "http", ip, port, tls: false, request },
    source === undefined ? undefined : from(source),
    START,
  );
  return answer.kind === "http" ? "ok" : answer.kind === "failed" ? answer.why : answer.kind;
}

describe("service addresses", () => {
  test("a cluster IP spreads over the endpoints", async () => {
    for (let i = 0; i < 4; i++) expect(await connect("10.96.1.1", 80, "client")).toBe("ok");
    expect(new Set(hits)).toEqual(new Set(["uid-web-1:8080 from 10.244.1.9", "uid-web-2:8080 from 10.244.1.9"]));
  });
  test("session affinity keeps a client where it is", async () => {
    world["services"]![0].spec.sessionAffinity = "ClientIP";
    for (let i = 0; i < 4; i++) await connect("10.96.1.1", 80, "client");
    expect(new Set(hits)).toEqual(new Set(["uid-web-2:8080 from 10.244.1.9"]));
  });
  test.each([
    ["a node port on any node", "172.18.0.4", 30080, "ok"],
    ["a node's port that nobody has", "172.18.0.4", 30081, "refused"],
    ["a service without endpoints", "10.96.1.2", 80, "refused"],
    ["a port that the service does not have", "10.96.1.1", 81, "timeout"],
    ["a pod's port that nobody listens on", "10.244.1.2", 81, "refused"],
    ["a pod's own address", "10.244.1.2", 8080, "ok"],
    ["an address outside", "93.184.216.34", 80, "timeout"],
  ])("%s", async (_, ip, port, outcome) => {
    expect(await connect(ip, port, "client")).toBe(outcome);
  });
  test("through a node port the pod sees the node, unless the policy is Local", async () => {
    await connect("172.18.0.3", 30080);
    expect(hits[0]).toContain("from 172.18.0.3");
    world["services"]![0].spec.externalTrafficPolicy = "Local";
    hits = [];
    await connect("172.18.0.4", 30080);
    expect(hits).toEqual(["uid-web-2:8080 from 172.18.0.1"]);
  });
});

describe("network policies", () => {
  const policy = (spec: object) => {
    world["networkpolicies"] = [{ metadata: meta("p", "default"), spec }];
  };
  const web = { podSelector: { matchLabels: { app: "web" } } };
  test.each([
    ["none", undefined, "ok", "ok"],
    ["deny all ingress", { podSelector: {}, policyTypes: ["Ingress"] }, "timeout", "timeout"],
    [
      "by pod",
      { ...web, policyTypes: ["Ingress"], ingress: [{ from: [{ podSelector: { matchLabels: { role: "client" } } }] }] },
      "ok",
      "timeout",
    ],
    [
      "by namespace",
      {
        ...web,
        policyTypes: ["Ingress"],
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "other" } } }] }],
      },
      "timeout",
      "ok",
    ],
    ["by port number", { ...web, policyTypes: ["Ingress"], ingress: [{ ports: [{ port: 8080 }] }] }, "ok", "ok"],
    ["by port name", { ...web, policyTypes: ["Ingress"], ingress: [{ ports: [{ port: "http" }] }] }, "ok", "ok"],
    [
      "by another port",
      { ...web, policyTypes: ["Ingress"], ingress: [{ ports: [{ port: 80 }] }] },
      "timeout",
      "timeout",
    ],
    [
      "by address",
      {
        ...web,
        policyTypes: ["Ingress"],
        ingress: [{ from: [{ ipBlock: { cidr: "10.244.1.0/24", except: ["10.244.1.10/32"] } }] }],
      },
      "ok",
      "timeout",
    ],
    ["deny all egress", { podSelector: { matchLabels: { role: "client" } }, policyTypes: ["Egress"] }, "timeout", "ok"],
  ])("%s", async (_, spec, client, stranger) => {
    if (spec !== undefined) policy(spec);
    expect(await connect("10.96.1.1", 80, "client")).toBe(client);
    expect(await connect("10.96.1.1", 80, "stranger")).toBe(stranger);
  });
});

describe("the internet", () => {
  const address = answerDns(listerOf({}), "www.kubernetes.io", "A").records[0]!.data;
  const get = (ip: string, port: number) => connect(ip, port, "client");
  test("public names have addresses, and web servers behind them", async () => {
    expect(address).toMatch(/^(203\.0\.113|198\.51\.100)\.\d+$/);
    expect(await get(address, 443)).toBe("ok");
    expect(await get(address, 22)).toBe("timeout");
    expect(await network.ask({ kind: "ping", ip: "8.8.8.8" }, from("client"), START)).toMatchObject({ kind: "pong" });
    expect(
      await network.ask({ kind: "dns", server: "8.8.8.8", name: "example.com", type: "A" }, from("client"), START),
    ).toMatchObject({ code: "NOERROR" });
  });
  test("an egress policy keeps pods from it; a service may take an address for its own", async () => {
    world["services"]!.push(service("mine", "default", { externalIPs: [address] }));
    expect(await get(address, 443)).toBe("timeout");
    world["services"]!.pop();
    world["networkpolicies"] = [
      { metadata: meta("deny", "default"), spec: { podSelector: {}, policyTypes: ["Egress"], egress: [] } },
    ];
    expect(await get(address, 443)).toBe("timeout");
  });
});

describe("DNS", () => {
  const lookup = (name: string, type = "A") => answerDns(listerOf(world), name, type);
  test.each([
    ["web.default.svc.cluster.local", ["10.96.1.1"]],
    ["WEB.default.svc.cluster.local.", ["10.96.1.1"]],
    ["headless.default.svc.cluster.local", ["10.244.1.2"]],
    ["web-0.headless.default.svc.cluster.local", ["10.244.1.2"]],
    ["10-244-1-2.default.pod.cluster.local", ["10.244.1.2"]],
    ["ext.default.svc.cluster.local", ["web.default.svc.cluster.local", "10.96.1.1"]],
  ])("%s", (name, data) => {
    expect(lookup(name).records.map((record) => record.data)).toEqual(data);
  });
  test.each([
    ["nosuch.default.svc.cluster.local", "NXDOMAIN"],
    ["web.nosuch.svc.cluster.local", "NXDOMAIN"],
    ["web-1.headless.default.svc.cluster.local", "NXDOMAIN"],
    ["web", "NXDOMAIN"],
    ["default.svc.cluster.local", "NOERROR"],
    ["nobody-has-this.com", "NXDOMAIN"],
  ])("%s is %s", (name, code) => {
    expect(lookup(name)).toEqual({ code, records: [] });
  });
  test("SRV and PTR", () => {
    expect(lookup("_http._tcp.headless.default.svc.cluster.local", "SRV").records[0]!.data).toBe(
      "0 100 8080 web-0.headless.default.svc.cluster.local",
    );
    expect(lookup("1.1.96.10.in-addr.arpa", "PTR").records[0]!.data).toBe("web.default.svc.cluster.local");
  });
  test("the zones of the Corefile count", () => {
    world["configmaps"] = [
      {
        metadata: meta("coredns", "kube-system"),
        data: { Corefile: ".:53 {\n    kubernetes custom.domain cluster.local in-addr.arpa ip6.arpa {\n    }\n}\n" },
      },
    ];
    expect(lookup("web.default.svc.custom.domain").records[0]!.data).toBe("10.96.1.1");
  });
  test("without a ready CoreDNS nobody answers", async () => {
    const ask = () =>
      network.ask(
        { kind: "dns", server: "10.96.0.10", name: "web.default.svc.cluster.local", type: "A" },
        from("client"),
        START,
      );
    expect(await ask()).toMatchObject({ kind: "dns", code: "NOERROR" });
    world["endpointslices"]![2].endpoints[0].conditions.ready = false;
    expect(await ask()).toMatchObject({ kind: "failed", why: "refused" });
  });
});

test("an ingress is chosen by host and path", () => {
  const path = (p: string, name: string, pathType = "Prefix") => ({
    path: p,
    pathType,
    backend: { service: { name, port: { number: 80 } } },
  });
  world["ingressclasses"] = [{ metadata: meta("nginx"), spec: { controller: "k8s.io/ingress-nginx" } }];
  world["ingresses"] = [
    {
      metadata: meta("one", "default"),
      spec: {
        ingressClassName: "nginx",
        rules: [
          { host: "a.com", http: { paths: [path("/", "web"), path("/api", "empty"), path("/exact", "ext", "Exact")] } },
          { host: "*.b.com", http: { paths: [path("/", "headless")] } },
        ],
      },
    },
  ];
  const find = (host: string, url: string) =>
    routeIngress(listerOf(world), "k8s.io/ingress-nginx", host, url)?.service?.metadata.name;
  expect([
    find("a.com", "/"),
    find("a.com", "/api/x?y=1"),
    find("a.com", "/apix"),
    find("a.com", "/exact"),
    find("x.b.com", "/q"),
    find("b.com", "/"),
    find("c.com", "/"),
  ]).toEqual(["web", "empty", "web", "ext", "headless", undefined, undefined]);
});
