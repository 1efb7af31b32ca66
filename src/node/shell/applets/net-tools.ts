import { accept } from "../../runtime/machine/net.ts";
import type { OpenFile } from "../../runtime/machine/open-file.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { type Applet, badOption, complain, isGnu, parseOptions, print, usage } from "./lib.ts";
import { CONNECT_TIMEOUT_MS, exchange, isLocal, resolve } from "./net-lib.ts";
import { parseDuration, runCommand } from "./system.ts";

/** nc: -z probes, -l listens once, otherwise stdin goes over and the answer comes back. */
export const nc: Applet = function* (process, args): Run {
  const options = parseOptions(args, "lkvzw:p:unNq:e:c:i:s:", {}, true);
  if (options.bad !== undefined) return yield* badOption(process, "nc", options.bad);
  const exec = options.value("e");
  if (options.has("l"))
    return yield* listen(
      process,
      Number(options.value("p") ?? options.rest[options.rest.length - 1] ?? 0),
      options.has("k"),
      exec === undefined ? undefined : [exec, ...options.rest],
    );
  const [host, range = ""] = options.rest;
  if (host === undefined || range === "")
    return yield* usage(
      process,
      "nc",
      "missing hostname and port",
      "nc [OPTIONS] HOST PORT  - connect\nnc [OPTIONS] -l -p PORT [HOST] [PORT]  - listen",
    );
  const where = yield* resolve(process, host);
  if (!("ip" in where)) {
    yield* complain(
      process,
      "nc",
      isGnu(process)
        ? `getaddrinfo for host "${host}" port ${range}: Name or service not known`
        : `bad address '${host}'`,
    );
    return 1;
  }
  const [first, last = first] = range.split("-").map(Number) as [number, number?];
  const limit = parseDuration(options.value("w") ?? "") ?? CONNECT_TIMEOUT_MS;
  const input = options.has("z") || process.files.get(0)?.kind === "tty" ? "" : yield* process.readAll(0);
  let status = 1;
  for (let port = first; port <= last! && port < first + 1000; port++) {
    const result = yield* exchange(process, where.ip, port, input, limit);
    if ("data" in result) {
      status = 0;
      if (options.has("v") || (options.has("z") && options.has("v")))
        yield* process.write(
          2,
          isGnu(process)
            ? `Connection to ${host} (${where.ip}) ${port} port [tcp/*] succeeded!\n`
            : `${host} (${where.ip}:${port}) open\n`,
        );
      if (!options.has("z")) yield* print(process, result.data);
      continue;
    }
    if (result.failed === "timeout") yield* process.sleep(limit);
    const why =
      result.failed === "refused"
        ? "Connection refused"
        : result.failed === "timeout"
          ? isGnu(process)
            ? "Operation timed out"
            : options.has("w")
              ? "Connection timed out"
              : "Operation timed out"
          : "Host is unreachable";
    if (isGnu(process) ? options.has("v") : options.has("v") || !options.has("z"))
      yield* complain(
        process,
        "nc",
        isGnu(process)
          ? `connect to ${host} (${where.ip}) port ${port} (tcp) failed: ${why}`
          : `${host} (${where.ip}:${port}): ${why}`,
      );
  }
  return status;
};

function* listen(process: Process, port: number, again: boolean, command: string[] | undefined): Run {
  const listener = process.machine.network.accepting(process, port);
  if (listener === undefined) {
    yield* complain(process, "nc", `bind: Address ${isGnu(process) ? "already " : ""}in use`);
    return 1;
  }
  do {
    const socket = yield* accept(listener);
    process.attach(7, socket);
    if (command !== undefined) {
      process.attach(0, socket);
      process.attach(1, socket);
      yield* runCommand(process, command, "nc");
    } else yield* relay(process, socket);
    process.close(7);
  } while (again);
  return 0;
}

/** Sends stdin to the other side and prints what it sent; over when stdin has ended and the other side had its say. */
function* relay(process: Process, socket: OpenFile): Run<void> {
  const stdin = process.files.get(0);
  let sending = stdin !== undefined && stdin.kind !== "tty";
  for (;;) {
    const heard = socket.take(1 << 16, process, false);
    if (heard === "") return;
    if (heard !== undefined) yield* print(process, heard);
    const own = sending ? stdin!.take(1 << 16, process, false) : undefined;
    if (own === "") sending = false;
    else if (own !== undefined) yield* process.write(7, own);
    if (!sending && heard === undefined) return;
    if (heard === undefined && own === undefined)
      yield { queues: [socket.readable, sending ? stdin!.readable : undefined] };
  }
}

/** ping */
export const ping: Applet = function* (process, args): Run {
  const options = parseOptions(args, "c:W:w:i:q46s:I:n", {});
  if (options.bad !== undefined) return yield* badOption(process, "ping", options.bad, 2);
  const host = options.rest[0];
  if (host === undefined)
    return yield* usage(process, "ping", "usage error: Destination address required", "ping [OPTIONS] HOST");
  const where = yield* resolve(process, host);
  if (!("ip" in where)) {
    yield* complain(
      process,
      "ping",
      isGnu(process) ? `${host}: Temporary failure in name resolution` : `bad address '${host}'`,
    );
    return isGnu(process) ? 2 : 1;
  }
  const gnu = isGnu(process);
  yield* print(process, `PING ${host} (${where.ip})${gnu ? " 56(84) bytes of data.\n" : ": 56 data bytes\n"}`);
  const count = Number(options.value("c") ?? Number.POSITIVE_INFINITY);
  const interval = parseDuration(options.value("i") ?? "1") ?? 1000;
  const patience = parseDuration(options.value("W") ?? options.value("w") ?? "") ?? 10_000;
  const times: number[] = [];
  let sent = 0;
  while (sent < count && process.pending.length === 0) {
    const answer = isLocal(process, where.ip)
      ? { kind: "pong", ms: 0.05 }
      : yield* process.ask({ kind: "ping", ip: where.ip });
    sent++;
    if (answer.kind === "pong") {
      const ms = Math.max(0.04, answer.ms);
      times.push(ms);
      yield* print(
        process,
        gnu
          ? `64 bytes from ${where.ip}: icmp_seq=${sent} ttl=63 time=${ms.toFixed(3)} ms\n`
          : `64 bytes from ${where.ip}: seq=${sent - 1} ttl=63 time=${ms.toFixed(3)} ms\n`,
      );
    }
    if (sent < count) yield* process.sleep(interval);
    else if (answer.kind !== "pong") yield* process.sleep(patience);
  }
  const lost = Math.round(((sent - times.length) / Math.max(1, sent)) * 100);
  const sum = times.reduce((a, b) => a + b, 0);
  const stats =
    times.length === 0
      ? ""
      : `${gnu ? "rtt min/avg/max/mdev" : "round-trip min/avg/max"} = ${Math.min(...times).toFixed(3)}/${(sum / times.length).toFixed(3)}/${Math.max(...times).toFixed(3)}${gnu ? "/0.010" : ""} ms\n`;
  yield* print(
    process,
    `\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${times.length} ${gnu ? "received" : "packets received"}, ${lost}% packet loss${gnu ? `, time ${Math.round((sent - 1) * interval)}ms` : ""}\n${stats}`,
  );
  return times.length > 0 ? 0 : 1;
};

function macOf(ip: string): string {
  return `0a:58:${ip
    .split(".")
    .map((n) => Number(n).toString(16).padStart(2, "0"))
    .join(":")}`;
}

/** ip addr, route and link: what a pod has. */
export const ip: Applet = function* (process, args): Run {
  const { podIP } = process.machine;
  const gateway = podIP.replace(/\.\d+$/, ".1");
  const what = args.filter((arg) => !arg.startsWith("-"))[0] ?? "";
  if (/^a/.test(what))
    yield* print(
      process,
      `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN${isGnu(process) ? " group default" : ""} qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP${isGnu(process) ? " group default" : ""} qlen 1000\n    link/ether ${macOf(podIP)} brd ff:ff:ff:ff:ff:ff\n    inet ${podIP}/24 brd ${podIP.replace(/\.\d+$/, ".255")} scope global eth0\n       valid_lft forever preferred_lft forever\n`,
    );
  else if (/^r/.test(what))
    yield* print(
      process,
      `default via ${gateway} dev eth0 \n${podIP.replace(/\.\d+$/, ".0")}/24 via ${gateway} dev eth0  src ${podIP} \n${gateway} dev eth0 scope link  src ${podIP} \n`,
    );
  else if (/^l/.test(what))
    yield* print(
      process,
      `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP qlen 1000\n    link/ether ${macOf(podIP)} brd ff:ff:ff:ff:ff:ff\n`,
    );
  else {
    yield* process.write(
      2,
      isGnu(process)
        ? `Object "${what}" is unknown, try "ip help".\n`
        : "BusyBox v1.36.1 multi-call binary.\n\nUsage: ip [OPTIONS] address|route|link|neigh|rule [ARGS]\n",
    );
    return 1;
  }
  return 0;
};

export const ifconfig: Applet = function* (process): Run {
  const { podIP } = process.machine;
  yield* print(
    process,
    `eth0      Link encap:Ethernet  HWaddr ${macOf(podIP).toUpperCase()}  \n          inet addr:${podIP}  Bcast:${podIP.replace(/\.\d+$/, ".255")}  Mask:255.255.255.0\n          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n          RX packets:12 errors:0 dropped:0 overruns:0 frame:0\n          TX packets:9 errors:0 dropped:0 overruns:0 carrier:0\n          collisions:0 txqueuelen:0 \n          RX bytes:1016 (1016.0 B)  TX bytes:738 (738.0 B)\n\nlo        Link encap:Local Loopback  \n          inet addr:127.0.0.1  Mask:255.0.0.0\n          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n          RX packets:0 errors:0 dropped:0 overruns:0 frame:0\n          TX packets:0 errors:0 dropped:0 overruns:0 carrier:0\n          collisions:0 txqueuelen:1000 \n          RX bytes:0 (0.0 B)  TX bytes:0 (0.0 B)\n\n`,
  );
  return 0;
};

/** netstat -tln and ss -tln: the listening ports. */
export function socketsApplet(name: "netstat" | "ss"): Applet {
  return function* (process, args) {
    const named = args.join("").includes("p");
    const rows = [...process.machine.network.bound]
      .sort((a, b) => a[0] - b[0])
      .map(([port, bound]) => {
        const owner = bound.process.container === process.container;
        const program = named ? (owner ? `${bound.process.pid}/${bound.process.comm}` : "-") : "";
        if (name === "ss")
          return `LISTEN 0      511    ${`${bound.address}:${port}`.padStart(18)}      0.0.0.0:*    ${named && owner ? `users:(("${bound.process.comm}",pid=${bound.process.pid},fd=6))` : ""}`.trimEnd();
        return `tcp        0      0 ${`${bound.address}:${port}`.padEnd(23)} 0.0.0.0:*               LISTEN      ${program}`.trimEnd();
      });
    const head =
      name === "ss"
        ? "State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess"
        : `Active Internet connections (${args.join("").includes("a") ? "servers and established" : args.join("").includes("l") ? "only servers" : "w/o servers"})\nProto Recv-Q Send-Q Local Address           Foreign Address         State       ${named ? "PID/Program name" : ""}`.trimEnd();
    yield* print(process, `${[head, ...(/[la]/.test(args.join("")) ? rows : [])].join("\n")}\n`);
    return 0;
  };
}

/** telnet HOST PORT */
export const telnet: Applet = function* (process, args): Run {
  const [host, port = "23"] = args.filter((arg) => !arg.startsWith("-"));
  if (host === undefined) return yield* usage(process, "telnet", "missing host", "telnet HOST [PORT]");
  const where = yield* resolve(process, host);
  if (!("ip" in where)) {
    yield* complain(
      process,
      "telnet",
      isGnu(process) ? `could not resolve ${host}/${port}: Name or service not known` : `bad address '${host}'`,
    );
    return 1;
  }
  yield* print(process, isGnu(process) ? `Trying ${where.ip}...\n` : "");
  const input = process.files.get(0)?.kind === "tty" ? "" : yield* process.readAll(0);
  const result = yield* exchange(process, where.ip, Number(port), input);
  if ("failed" in result) {
    if (result.failed === "timeout") yield* process.sleep(CONNECT_TIMEOUT_MS);
    yield* complain(
      process,
      "telnet",
      isGnu(process)
        ? `Unable to connect to remote host: ${result.failed === "refused" ? "Connection refused" : "Connection timed out"}`
        : `can't connect to remote host (${where.ip}): ${result.failed === "refused" ? "Connection refused" : "Operation timed out"}`,
    );
    return 1;
  }
  yield* print(
    process,
    `Connected to ${host}.\nEscape character is '^]'.\n${result.data}Connection closed by foreign host.\n`,
  );
  return 0;
};

/** traceroute */
export const traceroute: Applet = function* (process, args): Run {
  const host = args.find((arg) => !arg.startsWith("-")) ?? "";
  const where = yield* resolve(process, host);
  if (!("ip" in where)) {
    yield* complain(process, "traceroute", `bad address '${host}'`);
    return 1;
  }
  const answer = isLocal(process, where.ip) ? { kind: "pong" } : yield* process.ask({ kind: "ping", ip: where.ip });
  const hops = answer.kind === "pong" ? [process.machine.podIP.replace(/\.\d+$/, ".1"), where.ip] : [];
  yield* print(
    process,
    `traceroute to ${host} (${where.ip}), 30 hops max, 46 byte packets\n${hops.map((hop, i) => ` ${i + 1}  ${hop} (${hop})  0.01${i} ms  0.009 ms  0.008 ms\n`).join("")}${hops.length === 0 ? " 1  *  *  *\n" : ""}`,
  );
  return 0;
};
