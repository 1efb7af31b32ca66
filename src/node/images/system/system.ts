import type { SimulatedImage } from "../../runtime/image.ts";
import type { HttpReply, HttpRequest } from "../../runtime/machine/outside.ts";
import type { Process, Program, Run } from "../../runtime/machine/process.ts";
import { formatDate } from "../../shell/applets/date.ts";
import { alpine, debian, scratch } from "../bases.ts";
import { goReply, untilSignal } from "../server.ts";

interface Component {
  /** Where the executable stands. */
  readonly path: string;
  /** Ports that answer health checks and metrics. */
  readonly ports: readonly number[];
  readonly memoryMb: number;
  readonly milliCpu: number;
  /** What it says at its start; {} is the moment of each line. */
  readonly lines: readonly string[];
  readonly base?: "debian" | "alpine";
}

const klog = (process: Process, text: string): string =>
  `I${formatDate(process.time, "%m%d %H:%M:%S.%6N")} ${String(process.pid).padStart(7)} ${text}`;
const json = (process: Process, caller: string, message: string): string =>
  `{"level":"info","ts":"${formatDate(process.time, "%Y-%m-%dT%H:%M:%S.%6NZ")}","caller":"${caller}","msg":"${message}"}`;

const COMPONENTS: Readonly<Record<string, Component>> = {
  etcd: {
    path: "/usr/local/bin/etcd",
    ports: [2379, 2380, 2381],
    memoryMb: 48,
    milliCpu: 20,
    lines: [
      "etcd etcdmain/etcd.go:73|Running: ",
      "etcd etcdmain/etcd.go:116|server has been already initialized",
      "etcd embed/etcd.go:140|configuring peer listeners",
      "etcd embed/etcd.go:148|configuring client listeners",
      "etcd etcdserver/raft.go:765|ready to serve client requests",
    ],
  },
  "kube-apiserver": {
    path: "/usr/local/bin/kube-apiserver",
    ports: [6443],
    memoryMb: 230,
    milliCpu: 45,
    lines: [
      "options.go:249] external host was not specified, using the advertise address",
      "server.go:147] Version: v1.33.1",
      "instance.go:233] Using reconciler: lease",
      "secure_serving.go:211] Serving securely on [::]:6443",
      "cache.go:39] Caches are synced for APIServiceRegistrationController controller",
    ],
  },
  "kube-controller-manager": {
    path: "/usr/local/bin/kube-controller-manager",
    ports: [10_257],
    memoryMb: 52,
    milliCpu: 15,
    lines: [
      "serving.go:386] Generated self-signed cert in-memory",
      'controllermanager.go:188] "Starting" version="v1.33.1"',
      "secure_serving.go:211] Serving securely on 127.0.0.1:10257",
      "leaderelection.go:257] attempting to acquire leader lease kube-system/kube-controller-manager...",
      "leaderelection.go:271] successfully acquired lease kube-system/kube-controller-manager",
    ],
  },
  "kube-scheduler": {
    path: "/usr/local/bin/kube-scheduler",
    ports: [10_259],
    memoryMb: 22,
    milliCpu: 5,
    lines: [
      "serving.go:386] Generated self-signed cert in-memory",
      'server.go:171] "Starting Kubernetes Scheduler" version="v1.33.1"',
      "secure_serving.go:211] Serving securely on 127.0.0.1:10259",
      "leaderelection.go:271] successfully acquired lease kube-system/kube-scheduler",
    ],
  },
  "kube-proxy": {
    path: "/usr/local/bin/kube-proxy",
    ports: [10_256, 10_249],
    memoryMb: 16,
    milliCpu: 1,
    lines: [
      'server_linux.go:63] "Using iptables proxy"',
      'server.go:698] "Successfully retrieved node IP(s)"',
      'shared_informer.go:357] "Caches are synced" controller="service config"',
      'shared_informer.go:357] "Caches are synced" controller="endpoint slice config"',
    ],
  },
  coredns: {
    path: "/coredns",
    ports: [53, 8080, 8181, 9153],
    memoryMb: 14,
    milliCpu: 2,
    lines: [
      "raw:.:53",
      "raw:[INFO] plugin/reload: Running configuration SHA512 = 1b226df79860026c6a52e67daa10d7f0d57ec5b023288ec00c5e05f93523c894564e15b91770d3a07ae1cfbe861d15b37d4a0027e69c546ab112970993a3b03b",
      "raw:CoreDNS-1.12.0",
      "raw:linux/amd64, go1.23.3, 51e11f1",
    ],
  },
  kindnetd: {
    path: "/bin/kindnetd",
    ports: [],
    memoryMb: 13,
    milliCpu: 1,
    base: "debian",
    lines: [
      "main.go:109] connected to apiserver: https://kind-control-plane:6443",
      "main.go:139] hostIP = 172.18.0.3",
      "main.go:172] Creating config file: /etc/cni/net.d/10-kindnet.conflist",
      "controller.go:377] Starting controller kube-network-policies",
    ],
  },
  "local-path-provisioner": {
    path: "/usr/local/bin/local-path-provisioner",
    ports: [],
    memoryMb: 11,
    milliCpu: 1,
    base: "debian",
    lines: [
      'logrus:Applied config: {\\"nodePathMap\\":[{\\"node\\":\\"DEFAULT_PATH_FOR_NON_LISTED_NODES\\",\\"paths\\":[\\"/var/local-path-provisioner\\"]}]}',
      "logrus:Provisioner started",
      "controller.go:824] Starting provisioner controller rancher.io/local-path",
    ],
  },
  "metrics-server": {
    path: "/metrics-server",
    ports: [10_250],
    memoryMb: 20,
    milliCpu: 4,
    lines: [
      "serving.go:374] Generated self-signed cert (/tmp/apiserver.crt, /tmp/apiserver.key)",
      "secure_serving.go:213] Serving securely on [::]:10250",
      'dynamic_serving_content.go:135] "Starting controller" name="serving-cert::/tmp/apiserver.crt::/tmp/apiserver.key"',
    ],
  },
  controller: {
    path: "/controller",
    ports: [7472, 9443],
    memoryMb: 30,
    milliCpu: 2,
    lines: [
      "json:main.go:178|MetalLB controller starting version 0.14.9",
      "json:k8s.go:400|serviceReconciler starting",
    ],
  },
  speaker: {
    path: "/speaker",
    ports: [7472, 7473, 7946],
    memoryMb: 24,
    milliCpu: 6,
    lines: [
      "json:main.go:121|MetalLB speaker starting version 0.14.9",
      "json:announcer.go:128|created ARP responder for interface",
    ],
  },
};

function line(process: Process, text: string): string {
  if (text.startsWith("raw:")) return text.slice(4);
  if (text.startsWith("json:") || text.startsWith("etcd ")) {
    const [caller = "", message = ""] = text.replace(/^(json:|etcd )/, "").split("|");
    return json(process, caller, message);
  }
  if (text.startsWith("logrus:"))
    return `time="${formatDate(process.time, "%Y-%m-%dT%H:%M:%SZ")}" level=info msg="${text.slice(7)}"`;
  return klog(process, text);
}

/** The ports that it listens on; --secure-port moves the first. */
function portsOf(process: Process, { ports }: Component): readonly number[] {
  const asked = process.argv.find((arg) => /^--secure-port=\d+$/.test(arg));
  return asked === undefined || ports.length === 0 ? ports : [Number(asked.slice("--secure-port=".length))];
}

function program(name: string, component: Component): Program {
  return function* (process): Run {
    if (process.argv.includes("--version") || process.argv.includes("-version")) {
      yield* process.write(1, name === "etcd" ? "etcd Version: 3.5.21\n" : "Kubernetes v1.33.1\n");
      return 0;
    }
    const fd = name === "coredns" || name.startsWith("local") ? 1 : 2;
    for (const text of component.lines) {
      yield* process.write(fd, `${line(process, text)}\n`);
      yield* process.sleep(60);
    }
    const handle = (request: HttpRequest): HttpReply =>
      request.url.startsWith("/metrics")
        ? goReply(
            process,
            200,
            `# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds ${Math.floor(process.startedAt / 1000)}\n`,
          )
        : goReply(
            process,
            200,
            request.url.startsWith("/health") && name === "etcd"
              ? '{"health":"true","reason":""}'
              : name === "coredns" && request.url.startsWith("/health")
                ? "OK"
                : "ok",
          );
    const health =
      name === "etcd"
        ? { health: (service: string) => (service === "" ? ("SERVING" as const) : ("unknown" as const)) }
        : {};
    for (const port of portsOf(process, component))
      process.machine.network.listen(process, port, { kind: "http", handle, ...health });
    process.memory = component.memoryMb << 20;
    process.milliCpu = component.milliCpu;
    const signal = yield* untilSignal(process);
    yield* process.write(
      fd,
      name === "coredns"
        ? "[INFO] SIGTERM: Shutting down servers then terminating\n"
        : `${line(process, `signal.go:51] received signal ${signal === "TERM" ? "terminated" : "interrupt"}`)}\n`,
    );
    yield* process.sleep(name === "coredns" ? 5000 : 200);
    return 0;
  };
}

/** etcdctl and etcdutl: health, members and snapshots of the simulated etcd. */
function* etcdctl(process: Process): Run {
  const words = process.argv.slice(1).filter((arg) => !arg.startsWith("-"));
  const text = words.join(" ");
  if (text === "version" || process.argv.includes("--version"))
    yield* process.write(1, "etcdctl version: 3.5.21\nAPI version: 3.5\n");
  else if (text.includes("endpoint health"))
    yield* process.write(1, "https://127.0.0.1:2379 is healthy: successfully committed proposal: took = 8.117363ms\n");
  else if (text.includes("member list"))
    yield* process.write(
      1,
      `8e9e05c52164694d, started, ${process.container.spec.nodeName}, https://${process.machine.podIP}:2380, https://${process.machine.podIP}:2379, false\n`,
    );
  else if (text.includes("snapshot save")) {
    const file = words[words.length - 1]!;
    try {
      process.container.fs.write(file, "etcd snapshot of a simulated cluster\n", process.cwd, process.who);
    } catch {
      yield* process.write(2, `Error: could not open ${file}.part (open ${file}.part: no such file or directory)\n`);
      return 1;
    }
    yield* process.write(1, `Snapshot saved at ${file}\n`);
  } else {
    yield* process.write(
      2,
      `Error: drykube's simulated etcdctl knows version, endpoint health, member list and snapshot save only, not: ${text}\n`,
    );
    return 1;
  }
  return 0;
}

/** The image of a component of the control plane or of an add-on. */
export function systemImage(name: string): SimulatedImage {
  const component = COMPONENTS[name] ?? COMPONENTS["kube-proxy"]!;
  const layer = {
    programs: { [name]: program(name, component), ...(name === "etcd" ? { etcdctl, etcdutl: etcdctl } : {}) },
    paths: { [name]: component.path },
  };
  return component.base === "debian"
    ? debian(layer)
    : component.base === "alpine"
      ? alpine(layer)
      : name === "etcd"
        ? alpine(layer)
        : scratch(layer);
}
