import type { ImageRow } from "../runtime/image.ts";
import type { ImageConfig } from "../runtime/runtime.ts";
import { BOOK } from "./luksa/rows.ts";
import { always, DEBIAN, hub, kubernetes, MB, PATH, web } from "./row.ts";
import { anyTag, tags } from "./tags.ts";

const SERVERS: readonly ImageRow[] = [
  {
    names: [...hub("nginx"), "public.ecr.aws/nginx/nginx"],
    tag: tags({
      versions: { "1": 29 },
      variants: [...DEBIAN, "alpine", "perl", "otel"],
      names: ["stable", "mainline"],
      maxPatch: 20,
    }),
    sizeBytes: 72 * MB,
    config: always({
      entrypoint: ["/docker-entrypoint.sh"],
      cmd: ["nginx", "-g", "daemon off;"],
      env: { NGINX_VERSION: "1.29.3", NJS_VERSION: "0.9.4", PKG_RELEASE: "1~bookworm" },
      exposedPorts: [80],
    }),
    load: async (tag) => (await import("./nginx/nginx.ts")).nginxImage(tag),
  },
  {
    names: hub("nginxinc/nginx-unprivileged"),
    tag: anyTag,
    sizeBytes: 72 * MB,
    config: always({
      entrypoint: ["/docker-entrypoint.sh"],
      cmd: ["nginx", "-g", "daemon off;"],
      exposedPorts: [8080],
      user: 101,
    }),
    load: async (tag) => (await import("./nginx/nginx.ts")).unprivilegedImage(tag),
  },
  {
    names: hub("httpd"),
    tag: tags({ versions: { "2": 4 }, variants: [...DEBIAN, "alpine"], maxPatch: 66 }),
    sizeBytes: 58 * MB,
    config: always({
      cmd: ["httpd-foreground"],
      env: { PATH: `/usr/local/apache2/bin:${PATH}`, HTTPD_PREFIX: "/usr/local/apache2", HTTPD_VERSION: "2.4.62" },
      exposedPorts: [80],
      workingDir: "/usr/local/apache2",
    }),
    load: async (tag) => (await import("./httpd/httpd.ts")).httpdImage(tag),
  },
  {
    names: [...hub("redis", "bitnami/redis", "valkey"), "public.ecr.aws/docker/library/redis"],
    tag: tags({
      versions: { "3": 2, "4": 0, "5": 0, "6": 2, "7": 4, "8": 4 },
      variants: [...DEBIAN, "alpine"],
      maxPatch: 30,
    }),
    sizeBytes: 45 * MB,
    config: always({
      entrypoint: ["docker-entrypoint.sh"],
      cmd: ["redis-server"],
      env: { REDIS_VERSION: "7.4.1" },
      exposedPorts: [6379],
      workingDir: "/data",
    }),
    load: async (tag) => (await import("./redis/redis.ts")).redisImage(tag),
  },
  {
    names: hub("mysql"),
    tag: tags({
      versions: { "5": 7, "8": 4, "9": 5 },
      variants: ["oracle", "oraclelinux", "debian"],
      names: ["lts", "innovation"],
      maxPatch: 60,
    }),
    sizeBytes: 172 * MB,
    config: always({
      entrypoint: ["docker-entrypoint.sh"],
      cmd: ["mysqld"],
      env: { MYSQL_MAJOR: "8.4" },
      exposedPorts: [3306],
    }),
    load: async (tag) => (await import("./mysql/mysql.ts")).mysqlImage("mysql", tag),
  },
  {
    names: hub("mariadb"),
    tag: tags({
      versions: { "5": 5, "10": 11, "11": 8, "12": 1 },
      variants: ["noble", "jammy", "focal", "ubi", "ubi9"],
      names: ["lts", "verylatest"],
    }),
    sizeBytes: 122 * MB,
    config: always({ entrypoint: ["docker-entrypoint.sh"], cmd: ["mariadbd"], exposedPorts: [3306] }),
    load: async (tag) => (await import("./mysql/mysql.ts")).mysqlImage("mariadb", tag),
  },
  {
    names: hub("postgres"),
    tag: tags({
      versions: { "9": 6, "10": 23, "11": 22, "12": 22, "13": 23, "14": 20, "15": 15, "16": 11, "17": 7, "18": 1 },
      variants: [...DEBIAN, "alpine"],
    }),
    sizeBytes: 150 * MB,
    config: always({
      entrypoint: ["docker-entrypoint.sh"],
      cmd: ["postgres"],
      env: { PGDATA: "/var/lib/postgresql/data", PG_MAJOR: "17" },
      exposedPorts: [5432],
    }),
    load: async (tag) => (await import("./postgres/postgres.ts")).postgresImage(tag),
  },
];

/** Servers of the documentation's examples, with tags of their own. */
const SAMPLES: readonly ImageRow[] = [
  web(
    kubernetes("nginx-slim", "nginx", "e2e-test-images/nginx"),
    72,
    { entrypoint: ["/docker-entrypoint.sh"], cmd: ["nginx", "-g", "daemon off;"], exposedPorts: [80] },
    async (tag) => (await import("./nginx/nginx.ts")).nginxImage(tag),
  ),
  web(
    [
      ...kubernetes("redis", "e2e-test-images/redis"),
      ...["gcr.io/google_samples", "gcr.io/google-samples", "us-docker.pkg.dev/google-samples/containers/gke"].flatMap(
        (path) => [`${path}/gb-redis-follower`, `${path}/gb-redisslave`],
      ),
    ],
    45,
    { entrypoint: ["docker-entrypoint.sh"], cmd: ["redis-server"], exposedPorts: [6379], workingDir: "/data" },
    async (tag) => (await import("./redis/redis.ts")).redisImage(tag),
  ),
];

const SYSTEMS: readonly ImageRow[] = [
  {
    names: [
      ...hub("busybox"),
      ...kubernetes("busybox"),
      "registry.k8s.io/e2e-test-images/busybox",
      "gcr.io/k8s-minikube/busybox",
    ],
    tag: tags({
      versions: { "1": 37 },
      variants: ["glibc", "musl", "uclibc"],
      names: ["stable", "unstable", "glibc", "musl", "uclibc"],
      maxPatch: 5,
    }),
    sizeBytes: 2.1 * MB,
    config: always({ cmd: ["sh"], groups: [10] }),
    load: async (tag) => (await import("./busybox/busybox.ts")).busyboxImage(tag),
  },
  {
    names: hub("alpine"),
    tag: tags({ versions: { "2": 7, "3": 23 }, names: ["edge"], maxPatch: 12 }),
    sizeBytes: 3.6 * MB,
    config: always({ cmd: ["/bin/sh"], groups: [1, 2, 3, 4, 6, 10, 11, 20, 26, 27] }),
    load: async () => (await import("./alpine/alpine.ts")).image,
  },
  {
    names: hub("ubuntu"),
    tag: tags({
      versions: { "14": 4, "16": 4, "18": 4, "20": 4, "22": 4, "23": 10, "24": 10, "25": 10 },
      names: [
        "trusty",
        "xenial",
        "bionic",
        "focal",
        "jammy",
        "noble",
        "oracular",
        "plucky",
        "questing",
        "rolling",
        "devel",
      ],
    }),
    sizeBytes: 29 * MB,
    config: always({ cmd: ["/bin/bash"] }),
    load: async () => (await import("./ubuntu/ubuntu.ts")).image,
  },
  {
    names: hub("debian"),
    tag: tags({
      versions: { "8": 11, "9": 13, "10": 13, "11": 11, "12": 12, "13": 2 },
      variants: ["slim", "backports"],
      names: [
        "jessie",
        "stretch",
        "buster",
        "bullseye",
        "bookworm",
        "trixie",
        "sid",
        "stable",
        "testing",
        "unstable",
        "oldstable",
      ],
    }),
    sizeBytes: 48 * MB,
    config: always({ cmd: ["bash"] }),
    load: async () => (await import("./debian/debian.ts")).image,
  },
  {
    names: [
      ...hub("centos", "rockylinux", "almalinux", "fedora", "amazonlinux", "oraclelinux"),
      "quay.io/centos/centos",
      "registry.access.redhat.com/ubi8/ubi",
      "registry.access.redhat.com/ubi9/ubi",
      "registry.access.redhat.com/ubi9/ubi-minimal",
    ],
    tag: tags({
      versions: Object.fromEntries([1, 2, 6, 7, 8, 9, 10, 38, 39, 40, 41, 42, 43, 2023].map((n) => [String(n), 10])),
      names: ["stream9", "stream8", "centos7", "centos8", "minimal", "slim", "rawhide"],
      variants: ["minimal", "slim"],
    }),
    sizeBytes: 75 * MB,
    config: always({ cmd: ["/bin/bash"] }),
    load: async () => (await import("./centos/centos.ts")).image,
  },
  {
    names: hub("python"),
    tag: tags({ versions: { "2": 7, "3": 15 }, variants: [...DEBIAN, "alpine"], names: ["slim", "alpine", "rc"] }),
    sizeBytes: 360 * MB,
    config: always({ cmd: ["python3"], env: { PYTHON_VERSION: "3.13.1" } }),
    load: async (tag) => (await import("./python/python.ts")).pythonImage(tag),
  },
  {
    names: hub("node"),
    tag: tags({
      versions: Object.fromEntries([8, 10, 12, 14, 16, 18, 19, 20, 21, 22, 23, 24, 25].map((n) => [String(n), 30])),
      variants: [...DEBIAN, "alpine"],
      names: ["lts", "current", "jod", "iron"],
    }),
    sizeBytes: 380 * MB,
    config: always({ entrypoint: [], cmd: ["node"], env: { NODE_VERSION: "22.11.0" } }),
    load: async (tag) => (await import("./node/node.ts")).nodeImage(tag),
  },
  {
    names: hub("perl"),
    tag: tags({ versions: { "5": 42 }, variants: [...DEBIAN, "threaded"], names: ["stable", "devel"], maxPatch: 10 }),
    sizeBytes: 340 * MB,
    config: always({ cmd: ["perl5.40.0", "-de0"], workingDir: "/usr/src/app" }),
    load: async () => (await import("./perl/perl.ts")).image,
  },
  {
    names: hub(
      "golang",
      "rust",
      "gcc",
      "openjdk",
      "eclipse-temurin",
      "amazoncorretto",
      "maven",
      "gradle",
      "ruby",
      "php",
      "julia",
      "erlang",
      "elixir",
      "haskell",
      "buildpack-deps",
    ),
    tag: anyTag,
    sizeBytes: 280 * MB,
    config: always({ cmd: ["bash"] }),
    load: async () => (await import("./debian/debian.ts")).withTools,
  },
];

const TOOLS: readonly ImageRow[] = [
  web(
    [
      ...hub("curlimages/curl"),
      "quay.io/curl/curl",
      "docker.io/radial/busyboxplus",
      "docker.io/rancher/curl",
      "docker.io/appropriate/curl",
      "docker.io/alpine/curl",
    ],
    9,
    { entrypoint: ["/entrypoint.sh"], cmd: ["curl"], user: 100 },
    async () => (await import("./curl/curl.ts")).image,
  ),
  web(
    [
      ...hub("nicolaka/netshoot", "praqma/network-multitool", "wbitt/network-multitool", "sysnet4admin/net-tools"),
      "ghcr.io/nicolaka/netshoot",
    ],
    180,
    { cmd: ["zsh"] },
    async () => (await import("./netshoot/netshoot.ts")).image,
  ),
  web(
    [...kubernetes("e2e-test-images/jessie-dnsutils", "dnsutils"), ...hub("tutum/dnsutils", "infoblox/dnstools")],
    70,
    { cmd: ["/bin/sh"] },
    async () => (await import("./netshoot/netshoot.ts")).dnsutils,
  ),
  web(
    [...hub("polinux/stress", "progrium/stress", "polinux/stress-ng", "containerstack/alpine-stress")],
    4,
    { cmd: ["stress"] },
    async () => (await import("./stress/stress.ts")).image,
  ),
  web(
    hub("vish/stress"),
    3,
    { entrypoint: ["/stress", "-logtostderr"] },
    async () => (await import("./stress/stress.ts")).vishImage,
  ),
  web(
    kubernetes("hpa-example"),
    139,
    { cmd: ["apache2-foreground"], exposedPorts: [80] },
    async () => (await import("./stress/stress.ts")).hpaExample,
  ),
  web(hub("hello-world"), 1, { cmd: ["/hello"] }, async () => (await import("./web/web.ts")).helloWorld),
  web(
    kubernetes("pause"),
    0.7,
    { entrypoint: ["/pause"], user: 65_535 },
    async () => (await import("./web/web.ts")).pause,
  ),
];

const WEB: readonly ImageRow[] = [
  web(
    ["gcr.io/google-samples/kubernetes-bootcamp", "docker.io/jocatalin/kubernetes-bootcamp"],
    211,
    { cmd: ["/bin/sh", "-c", "node /server.js"], exposedPorts: [8080] },
    async () => (await import("./web/web.ts")).bootcamp,
    (tag) => /^v[12]$/.test(tag),
  ),
  web(
    ["gcr.io/google-samples/hello-app", "us-docker.pkg.dev/google-samples/containers/gke/hello-app"],
    14,
    { entrypoint: ["/hello-app"], exposedPorts: [8080] },
    async () => (await import("./web/web.ts")).helloApp,
    (tag) => /^(latest|[12]\.0)$/.test(tag),
  ),
  web(
    hub("sysnet4admin/chk-hn"),
    60,
    { cmd: ["chk-hn"], exposedPorts: [80] },
    async () => (await import("./web/web.ts")).hostName,
  ),
  web(
    hub("sysnet4admin/echo-hname"),
    28,
    { cmd: ["echo-hname"], exposedPorts: [80] },
    async () => (await import("./web/web.ts")).echoHostName,
  ),
  web(
    hub("sysnet4admin/echo-ip"),
    28,
    { cmd: ["echo-ip"], exposedPorts: [80] },
    async () => (await import("./web/web.ts")).echoIp,
  ),
  web(
    [...hub("traefik/whoami", "containous/whoami"), "ghcr.io/traefik/whoami"],
    3,
    { entrypoint: ["/whoami"], exposedPorts: [80] },
    async () => (await import("./web/web.ts")).whoami,
  ),
  web(
    hub("hashicorp/http-echo"),
    3,
    { entrypoint: ["/http-echo"], exposedPorts: [5678] },
    async () => (await import("./web/web.ts")).httpEcho,
    (tag) => /^(latest|alpine|0\.\d+(\.\d+)?|1\.0(\.0)?)$/.test(tag),
  ),
  web(
    hub("nginxdemos/hello", "nginxdemos/nginx-hello"),
    18,
    { cmd: ["hello"], exposedPorts: [80] },
    async () => (await import("./web/web.ts")).nginxHello,
  ),
  web(
    [...kubernetes("echoserver", "e2e-test-images/echoserver"), ...hub("ealen/echo-server", "mendhak/http-https-echo")],
    46,
    { cmd: ["echoserver"], exposedPorts: [8080] },
    async () => (await import("./web/web.ts")).echoServer,
  ),
  web(
    kubernetes("e2e-test-images/agnhost", "agnhost", "serve_hostname"),
    50,
    { entrypoint: ["/agnhost"], cmd: ["pause"] },
    async () => (await import("./agnhost/agnhost.ts")).image,
  ),
  web(
    kubernetes("liveness"),
    5,
    { entrypoint: ["/agnhost"], cmd: ["liveness"] },
    async () => (await import("./agnhost/agnhost.ts")).image,
  ),
];

const system = (name: string, names: readonly string[], sizeMb: number, config: ImageConfig): ImageRow =>
  web(names, sizeMb, config, async () => (await import("./system/system.ts")).systemImage(name));

/** Versions of Kubernetes components that exist: v1.0 to v1.34. */
const kubernetesTag = (tag: string): boolean => /^v1\.(\d|[12]\d|3[0-4])\.\d+([-+][\w.-]+)?$/.test(tag);

const CLUSTER: readonly ImageRow[] = [
  ...(["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"] as const).map((name) => ({
    ...system(name, kubernetes(name, `${name}-amd64`), 28, name === "kube-proxy" ? {} : { entrypoint: [] }),
    tag: kubernetesTag,
  })),
  { ...system("etcd", kubernetes("etcd"), 58, { cmd: ["etcd"] }), tag: (tag: string) => /^3\.\d+\.\d+-\d+$/.test(tag) },
  system("coredns", [...kubernetes("coredns/coredns"), ...hub("coredns/coredns")], 21, {
    entrypoint: ["/coredns"],
    exposedPorts: [53],
    user: 65_532,
  }),
  system("kindnetd", hub("kindest/kindnetd"), 44, { cmd: ["/bin/kindnetd"] }),
  system("local-path-provisioner", hub("kindest/local-path-provisioner", "rancher/local-path-provisioner"), 19, {
    cmd: ["local-path-provisioner"],
  }),
  system("metrics-server", kubernetes("metrics-server/metrics-server"), 22, {
    entrypoint: ["/metrics-server"],
    user: 65_534,
  }),
  system("controller", ["quay.io/metallb/controller"], 27, { entrypoint: ["/controller"] }),
  system("speaker", ["quay.io/metallb/speaker"], 52, { entrypoint: ["/speaker"] }),
  web(
    kubernetes("ingress-nginx/controller"),
    104,
    { cmd: ["/nginx-ingress-controller"], user: 101, exposedPorts: [80, 443] },
    async () => (await import("./ingress-nginx/controller.ts")).image,
  ),
  web(
    kubernetes("ingress-nginx/kube-webhook-certgen"),
    18,
    { entrypoint: ["/kube-webhook-certgen"], user: 65_532 },
    async () => (await import("./ingress-nginx/controller.ts")).image,
  ),
];

const GENERIC: ImageRow = web(
  ["*"],
  61,
  { entrypoint: ["/usr/local/bin/server"] },
  async () => (await import("./generic/generic.ts")).image,
);

/** All images that are more than a generic server; the last row is the generic one. */
export const ROWS: readonly ImageRow[] = [
  ...SERVERS,
  ...SAMPLES,
  ...SYSTEMS,
  ...TOOLS,
  ...WEB,
  ...BOOK,
  ...CLUSTER,
  GENERIC,
];
