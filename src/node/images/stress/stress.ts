import type { SimulatedImage } from "../../runtime/image.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { formatDate } from "../../shell/applets/date.ts";
import { alpine, debian } from "../bases.ts";
import { goReply, serveHttp, untilSignal } from "../server.ts";

function bytes(text: string | undefined): number {
  const match = /^(\d+(?:\.\d+)?)\s*([bkmgBKMG]?)i?/.exec(text ?? "");
  if (match === null) return 256 << 20;
  return Number(match[1]) * { "": 1, b: 1, k: 1024, m: 1 << 20, g: 1 << 30 }[match[2]!.toLowerCase()]!;
}

function seconds(text: string | undefined): number | undefined {
  const match = /^(\d+)([smhd]?)$/.exec(text ?? "");
  return match === null ? undefined : Number(match[1]) * { "": 1, s: 1, m: 60, h: 3600, d: 86_400 }[match[2]!]!;
}

/** stress: --cpu, --vm with --vm-bytes, --timeout. What it allocates counts against the memory limit. */
function* stress(process: Process): Run {
  const argv = process.argv.slice(1);
  const value = (short: string, long: string): string | undefined => {
    for (const [i, arg] of argv.entries()) {
      if (arg === `-${short}` || arg === `--${long}`) return argv[i + 1];
      if (arg.startsWith(`--${long}=`)) return arg.slice(long.length + 3);
    }
    return undefined;
  };
  const cpu = Number(value("c", "cpu") ?? 0);
  const vm = Number(value("m", "vm") ?? 0);
  const io = Number(value("i", "io") ?? 0);
  const hdd = Number(value("d", "hdd") ?? 0);
  const limit = seconds(value("t", "timeout"));
  if (cpu + vm + io + hdd === 0) {
    yield* process.write(
      1,
      "`stress' imposes certain types of compute stress on your system\n\nUsage: stress [OPTION [ARG]] ...\n",
    );
    return 0;
  }
  yield* process.write(
    1,
    `stress: info: [${process.pid}] dispatching hogs: ${cpu} cpu, ${io} io, ${vm} vm, ${hdd} hdd\n`,
  );
  yield* process.sleep(200);
  process.milliCpu = (cpu + io + (value("", "vm-hang") === undefined ? vm : 0)) * 1000;
  process.machine.useMemory(process, (2 << 20) + vm * bytes(value("", "vm-bytes") ?? "256M"));
  for (const signal of ["TERM", "INT"] as const) process.handlers.set(signal, "catch");
  const end = limit === undefined ? undefined : process.time + limit * 1000;
  while (end === undefined || process.time < end) {
    if (process.pending.length > 0) return 143;
    yield end === undefined ? {} : { until: end };
  }
  yield* process.write(1, `stress: info: [${process.pid}] successful run completed in ${limit}s\n`);
  return 0;
}

/** vish/stress: -cpus N, -mem-total, -mem-alloc-size. */
function* vish(process: Process): Run {
  const value = (name: string): string | undefined => {
    const at = process.argv.findIndex((arg) => arg === `-${name}` || arg === `--${name}`);
    return at < 0 ? undefined : process.argv[at + 1];
  };
  const log = (text: string): Run<void> =>
    process.write(
      2,
      `I${formatDate(process.time, "%m%d %H:%M:%S.%6N")} ${String(process.pid).padStart(7)} main.go:26] ${text}\n`,
    );
  const total = value("mem-total") === undefined ? 0 : bytes(value("mem-total"));
  const cpus = Number(value("cpus") ?? 0);
  yield* log(
    `Allocating "${value("mem-total") ?? "0"}" memory, in "${value("mem-alloc-size") ?? "4Ki"}" chunks, with a ${value("mem-alloc-sleep") ?? "1ms"} sleep between allocations`,
  );
  for (let i = 0; i < cpus; i++) yield* log("Spawning a thread to consume CPU");
  process.milliCpu = cpus * 1000;
  yield* process.sleep(1000);
  process.machine.useMemory(process, (2 << 20) + total);
  if (total > 0) yield* log(`Allocated "${value("mem-total")}" memory`);
  yield* untilSignal(process);
  return 2;
}

/** polinux/stress and its kin. */
export const image: SimulatedImage = alpine({
  programs: { stress, "stress-ng": stress, vish },
  paths: { vish: "/stress" },
});

/** registry.k8s.io/hpa-example: computes for each request, then says OK!. */
export const hpaExample: SimulatedImage = debian({
  programs: {
    "apache2-foreground": function* (process): Run {
      yield* process.write(
        2,
        `AH00558: apache2: Could not reliably determine the server's fully qualified domain name, using ${process.container.spec.podIP}. Set the 'ServerName' directive globally to suppress this message\n`,
      );
      process.memory = 14 << 20;
      process.milliCpu = 1;
      // A million square roots.
      process.requestMs = 10;
      return yield* serveHttp(process, 80, () => goReply(process, 200, "OK!", "text/html; charset=UTF-8"));
    },
  },
});

/** vish/stress */
export const vishImage: SimulatedImage = image;
