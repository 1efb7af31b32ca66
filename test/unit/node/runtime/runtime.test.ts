import { describe, expect, test } from "vitest";
import type { ClusterNetwork } from "../../../../src/node/network/network.ts";
import type { ContainerSpec, ContainerState } from "../../../../src/node/runtime/runtime.ts";
import { channels, logsOf, memoryRecords, START, spec, testRuntime } from "../../../support/runtime/harness.ts";

type Runtime = ReturnType<typeof testRuntime>;

const shell = (script: string, more: Partial<ContainerSpec> = {}): ContainerSpec =>
  spec("busybox", { command: ["sh", "-c", script], ...more });

/** Follows nextChange until the container ends, or nothing more happens by itself. */
async function settle(runtime: Runtime, id: string): Promise<ContainerState> {
  let state = (await runtime.inspect(id, runtime.clock.now))!;
  for (let i = 0; i < 100 && state.state === "running" && state.nextChange !== undefined; i++) {
    runtime.clock.now = Math.max(runtime.clock.now, state.nextChange);
    state = (await runtime.inspect(id, runtime.clock.now))!;
  }
  return state;
}

async function exec(runtime: Runtime, id: string, script: string): Promise<string> {
  const ends = channels();
  await runtime.exec(id, ["sh", "-c", script], { tty: false, stdin: false }, ends);
  return ends.out() + ends.err();
}

test.each([
  ["exit 0", 0, "Completed"],
  ["exit 3", 3, "Error"],
  ["nosuchcommand", 127, "Error"],
  ["kill -9 $$", 0, "Completed"],
  ["sleep 5; false", 1, "Error"],
])("%s ends with %i %s", async (script, exitCode, reason) => {
  const runtime = testRuntime();
  const container = shell(script);
  await runtime.start(container, START);
  expect(await settle(runtime, container.id)).toMatchObject({ state: "exited", exitCode, reason });
});

test("a command that is not there is a StartError in runc's words", async () => {
  const runtime = testRuntime();
  const state = await runtime.start(spec("nginx", { command: ["nosuch"] }), START);
  expect(state).toMatchObject({ state: "exited", startedAt: 0, exitCode: 128, reason: "StartError" });
  expect((state as { message?: string }).message).toContain('exec: "nosuch": executable file not found in $PATH');
});

describe("signals to pid 1", () => {
  test.each([
    ["sleep 3600", undefined],
    ["trap 'echo bye; exit 5' TERM; while true; do sleep 1; done", 5],
    ["trap 'exit 0' TERM; sleep 3600 & wait", 0],
  ])("SIGTERM to %s", async (script, exitCode) => {
    const runtime = testRuntime();
    const container = shell(script);
    await runtime.start(container, START);
    runtime.clock.now += 10_000;
    await runtime.signal(container.id, "SIGTERM", runtime.clock.now);
    runtime.clock.now += 30_000;
    const state = await runtime.inspect(container.id, runtime.clock.now);
    if (exitCode !== undefined) return expect(state).toMatchObject({ state: "exited", exitCode });
    expect(state?.state).toBe("running");
    expect(await runtime.signal(container.id, "SIGKILL", runtime.clock.now)).toMatchObject({
      state: "exited",
      exitCode: 137,
      signal: 9,
    });
  });

  test.each(["nginx", "redis", "httpd", "registry.k8s.io/pause:3.10"])("%s goes at once", async (image) => {
    const runtime = testRuntime();
    const container = spec(image);
    await runtime.start(container, START);
    const state = await runtime.signal(container.id, "SIGTERM", START + 5000);
    expect(state!.state === "exited" ? 0 : state!.nextChange! - START - 5000).toBeLessThan(2000);
  });
});

/** A program with a clock, a counter, files, children and an input from outside. */
const BUSY = `trap 'echo term at $(date +%s); exit 7' TERM
i=0
while true; do
  i=$((i+1)); date "+%T tick $i"; echo $i >> /tmp/log
  [ -f /tmp/go ] && echo "go: $(cat /tmp/go)"
  seq $i | wc -l
  sleep 7
done`;

/** Everything that can be seen of a run, driven with looks at the given instants in between. */
async function story(
  looks: readonly number[],
  reopen: boolean,
): Promise<{ log: string; state: ContainerState | undefined }> {
  const records = memoryRecords();
  let runtime = testRuntime(records);
  const container = shell(BUSY, { id: "f".repeat(64) });
  await runtime.start(container, START);
  const steps: (readonly [number, (r: Runtime) => Promise<unknown>])[] = [
    ...looks.map(
      (at) =>
        [at, async (r: Runtime) => (await logsOf(r, container.id)) && r.inspect(container.id, r.clock.now)] as const,
    ),
    [60_000, (r) => exec(r, container.id, "echo yes > /tmp/go; sleep 2; wc -l < /tmp/log")],
    [200_500, (r) => r.signal(container.id, "SIGTERM", r.clock.now)],
  ];
  for (const [at, step] of steps.sort((a, b) => a[0] - b[0])) {
    if (reopen) runtime = runtime.reopen();
    runtime.clock.now = START + at;
    await step(runtime);
  }
  if (reopen) runtime = runtime.reopen();
  runtime.clock.now = START + 300_000;
  return {
    log: await logsOf(runtime, container.id, { timestamps: true }),
    state: await runtime.inspect(container.id, runtime.clock.now),
  };
}

test("a run is the same however it is sliced, looked at, saved and reopened", async () => {
  const whole = await story([], false);
  expect(whole.state).toMatchObject({ state: "exited", exitCode: 7 });
  expect(whole.log).toContain("go: yes");
  for (const looks of [[1000, 5000, 59_999, 60_001, 100_000, 199_999], Array.from({ length: 40 }, (_, i) => i * 5001)])
    for (const reopen of [false, true]) expect(await story(looks, reopen)).toEqual(whole);
});

test("a loop that has run for days shows the right times and stays cheap", async () => {
  const runtime = testRuntime();
  const container = shell("while true; do date -u +%Y-%m-%dT%H:%M:%S; sleep 1; done");
  await runtime.start(container, START);
  expect((await settle(runtime, container.id)).state).toBe("running");
  runtime.clock.now = START + 10 * 86_400_000 + 1;
  const started = Date.now();
  const lines = (await logsOf(runtime, container.id, { tailLines: 3 })).trim().split("\n");
  expect(Date.now() - started).toBeLessThan(5000);
  const seconds = lines.map((line) => Date.parse(`${line}Z`) / 1000);
  expect(seconds[1]! - seconds[0]!).toBe(1);
  expect(runtime.clock.now / 1000 - seconds[2]!).toBeLessThan(2.5);
  expect(await logsOf(runtime.reopen(), container.id, { tailLines: 3 })).toBe(`${lines.join("\n")}\n`);
});

test("memory beyond the limit is an OOM kill; below it is shown by usage", async () => {
  const runtime = testRuntime();
  const args = ["--vm", "1", "--vm-bytes", "150M", "--vm-hang", "1"];
  const killed = spec("polinux/stress", { command: ["stress"], args, memoryLimit: 100 << 20 });
  await runtime.start(killed, START);
  expect(await settle(runtime, killed.id)).toMatchObject({ state: "exited", exitCode: 137, reason: "OOMKilled" });
  const alive = spec("polinux/stress", { command: ["stress"], args, memoryLimit: 200 << 20 });
  await runtime.start(alive, START);
  const usage = await runtime.usage(alive.id, START + 10_000);
  expect(usage!.memoryBytes).toBeGreaterThan(140 << 20);
});

test("a busy loop uses a core, or what it may; a loop of requests tells whom it calls", async () => {
  const runtime = testRuntime();
  const busy = shell("while :; do :; done");
  const bounded = shell("while :; do :; done", { cpuLimit: 300 });
  const caller = shell("while sleep 0.01; do wget -q -O- http://10.96.0.7:8080/; done", { podUid: "caller" });
  for (const container of [busy, bounded, caller]) await runtime.start(container, START);
  for (const container of [busy, bounded, caller, caller, caller, caller]) await settle(runtime, container.id);
  const now = START + 60_000;
  expect((await runtime.usage(busy.id, now))!.milliCpu).toBeGreaterThan(950);
  expect((await runtime.usage(bounded.id, now))!.milliCpu).toBe(300);
  const [traffic, ...others] = runtime.traffic(caller.id);
  expect(others).toEqual([]);
  expect(traffic).toMatchObject({ ip: "10.96.0.7", port: 8080 });
  expect(traffic!.perSecond).toBeGreaterThan(30);
  expect(traffic!.perSecond).toBeLessThan(100);
  expect(runtime.reopen().traffic(caller.id)).toEqual([traffic]);
});

test("a server's requests cost CPU, whether they were delivered or are only known", async () => {
  const runtime = testRuntime();
  const server = spec("registry.k8s.io/hpa-example", { podUid: "php" });
  await runtime.start(server, START);
  const request = { method: "GET", url: "/", headers: {}, peer: "10.244.2.9" };
  for (let i = 0; i < 300; i++) await runtime.http("php", 80, request, START + 5000 + i * 100);
  const at = START + 35_000;
  // Ten a second, ten milliseconds each.
  expect((await runtime.usage(server.id, at))!.milliCpu).toBeGreaterThan(90);
  const known = { requests: [{ port: 80, perSecond: 30 }], senders: new Set(["10.244.2.9"]) };
  const both = (await runtime.usage(server.id, at, known))!.milliCpu;
  expect(both).toBeGreaterThan(280);
  expect(both).toBeLessThan(320);
  expect((await runtime.usage(server.id, at + 60_000))!.milliCpu).toBeLessThan(5);
});

test("containers of a pod share volumes and localhost", async () => {
  const runtime = testRuntime();
  const mounts = [{ mountPath: "/data", readOnly: false, sharedId: "pod/p/volume/d" }];
  const web = spec("nginx", {
    podUid: "p",
    mounts: [{ mountPath: "/usr/share/nginx/html", readOnly: true, sharedId: "pod/p/volume/d" }],
  });
  await runtime.start(shell("echo from init > /data/index.html", { podUid: "p", mounts }), START);
  await runtime.start(web, START + 1000);
  const client = shell(
    "sleep 1; wget -qO- localhost; echo changed > /data/index.html; wget -qO- 127.0.0.1:80; sleep 3600",
    { podUid: "p", mounts },
  );
  await runtime.start(client, START + 1000);
  runtime.clock.now = START + 5000;
  expect(await logsOf(runtime, client.id)).toBe("from init\nchanged\n");
  expect(await exec(runtime, web.id, "echo no > /usr/share/nginx/html/index.html")).toContain("Read-only file system");
});

test("what a pod writes to a lasting volume others see, also after it is gone", async () => {
  const runtime = testRuntime();
  const mounts = [{ mountPath: "/mnt/pv", readOnly: false, sharedId: "pv/one" }];
  const writer = shell("echo kept > /mnt/pv/file", { podUid: "w", mounts });
  await runtime.start(writer, START);
  runtime.clock.now = START + 1000;
  await logsOf(runtime, writer.id);
  runtime.remove(writer.id);
  const reader = shell("cat /mnt/pv/file; sleep 3600", { podUid: "r", mounts });
  const later = runtime.reopen();
  later.clock.now = START + 10_000;
  await later.start(reader, later.clock.now);
  later.clock.now += 1000;
  expect(await logsOf(later, reader.id)).toBe("kept\n");
});

test("requests are answered, logged, and part of the run", async () => {
  const runtime = testRuntime();
  const container = spec("nginx");
  await runtime.start(container, START);
  const get = (url: string, at: number) =>
    runtime.http(
      container.podUid,
      80,
      { method: "GET", url, headers: { "User-Agent": "kube-probe/1.33" } },
      START + at,
    );
  expect(
    await runtime.http(container.podUid, 81, { method: "GET", url: "/", headers: {} }, START + 100),
  ).toBeUndefined();
  const page = await get("/", 1000);
  expect([page!.status, page!.body.length]).toEqual([200, 615]);
  expect((await get("/nosuch", 2000))!.status).toBe(404);
  const again = runtime.reopen();
  again.clock.now = START + 3000;
  const log = await logsOf(again, container.id);
  expect(log).toContain(
    '10.244.1.1 - - [20/Nov/2026:08:00:01 +0000] "GET / HTTP/1.1" 200 615 "-" "kube-probe/1.33" "-"',
  );
  expect(log).toContain('open() "/usr/share/nginx/html/nosuch" failed (2: No such file or directory)');
});

test("a probe's command sees the files of its instant and changes nothing", async () => {
  const records = memoryRecords();
  const runtime = testRuntime(records);
  const container = shell("touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600");
  await runtime.start(container, START);
  const size = records.size;
  const cat = ["cat", "/tmp/healthy"];
  expect(await runtime.execProbe(container.id, cat, START + 10_000)).toMatchObject({ success: true, exitCode: 0 });
  expect(await runtime.nextActivity!(container.id, START + 10_000)).toBeCloseTo(START + 30_000, -2);
  expect(await runtime.execProbe(container.id, cat, START + 40_000)).toMatchObject({
    success: false,
    exitCode: 1,
    output: "cat: can't open '/tmp/healthy': No such file or directory\n",
  });
  expect(records.size).toBe(size);
});

test("a terminal: prompt, editing, ^C, exit code", async () => {
  const runtime = testRuntime();
  const container = spec("nginx", { hostname: "web" });
  await runtime.start(container, START);
  const ends = channels("echo hX\x7fi\rsleep 100\r\x03cd /etc; pwd\rexit 3\r");
  expect(await runtime.exec(container.id, ["bash"], { tty: true, stdin: true }, ends)).toEqual({ exitCode: 3 });
  expect(ends.out()).toContain("root@web:/# ");
  expect(ends.out()).toContain("\r\nhi\r\n");
  expect(ends.out()).toContain("root@web:/etc# exit 3\r\n");
});

test("^C at a prompt drops the line that was typed", async () => {
  const runtime = testRuntime();
  const container = shell("sleep 3600");
  await runtime.start(container, START);
  const ends = channels("echo one\x03echo two\r\x03exit 4\r");
  expect(await runtime.exec(container.id, ["sh"], { tty: true, stdin: true }, ends)).toEqual({ exitCode: 4 });
  expect(ends.out()).toBe("/ # echo one^C\r\n/ # echo two\r\ntwo\r\n/ # ^C\r\n/ # exit 4\r\n");
});

test("a shell runs what comes in on stdin as it comes, and lets commands read what follows", async () => {
  const runtime = testRuntime();
  const container = spec("ubuntu", { command: ["sleep", "infinity"] });
  await runtime.start(container, runtime.clock.now);
  const ends = channels();
  const stdin = (async function* () {
    for (const line of ["read x\nhello\n", "if true\nthen\n", "echo got $x\nfi; cat <<E\n", "doc\nE\n", "exit 3\n"])
      yield new Uint8Array(Buffer.from(line));
    await new Promise(() => {});
  })();
  const command = runtime.exec(container.id, ["sh"], { tty: false, stdin: true }, { ...ends, stdin });
  expect(await command).toEqual({ exitCode: 3 });
  expect(ends.out()).toBe("got hello\ndoc\n");
});

test("what a session writes to process 1's descriptors is in the log, after a replay too", async () => {
  const runtime = testRuntime();
  const container = shell("echo begin; sleep 3600");
  await runtime.start(container, START);
  runtime.clock.now += 1000;
  await exec(runtime, container.id, "echo from exec > /proc/1/fd/1; echo err >> /proc/1/fd/2");
  runtime.clock.now += 1000;
  expect(await logsOf(runtime, container.id)).toBe("begin\nfrom exec\nerr\n");
  expect(await logsOf(runtime.reopen(), container.id)).toBe("begin\nfrom exec\nerr\n");
});

test("what a session tells a server of its own pod is not forgotten", async () => {
  const runtime = testRuntime();
  const redis = spec("redis");
  await runtime.start(redis, START);
  runtime.clock.now += 1000;
  expect(await exec(runtime, redis.id, "redis-cli set a 1")).toBe("OK\n");
  runtime.clock.now += 1000;
  expect(await exec(runtime, redis.id, "redis-cli get a")).toMatch(/1/);
  expect(await exec(runtime.reopen(), redis.id, "redis-cli get a")).toMatch(/1/);
  const web = spec("nginx");
  await runtime.start(web, START);
  await exec(runtime, web.id, "curl -s localhost > /dev/null");
  runtime.clock.now += 1000;
  expect(await logsOf(runtime.reopen(), web.id)).toContain("127.0.0.1 - - [");
});

test("a node's disk: one tree for all its hostPath volumes, with a system to chroot into", async () => {
  const runtime = testRuntime();
  const disk = (mountPath: string, subPath?: string) => ({
    mountPath,
    readOnly: false,
    sharedId: "node/kind-worker",
    ...(subPath === undefined ? {} : { subPath }),
  });
  const debug = shell("sleep 3600", { podUid: "debug", mounts: [disk("/host")] });
  await runtime.start(debug, START);
  expect(
    await exec(
      runtime,
      debug.id,
      "chroot /host sh -c 'head -1 /etc/os-release; mkdir /mnt/data; echo hi > /mnt/data/f'",
    ),
  ).toBe('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n');
  expect(await exec(runtime, debug.id, "cat /host/mnt/data/f; ls / | head -2; chroot /host crictl ps; true")).toMatch(
    /^hi\nbin\ndev\ncrictl: drykube simulates no crictl on nodes: .*\n$/,
  );
  runtime.clock.now += 1000;
  const user = shell("sleep 3600", { podUid: "user", mounts: [disk("/data", "mnt/data")] });
  await runtime.start(user, runtime.clock.now);
  expect(await exec(runtime, user.id, "cat /data/f; echo more >> /data/f")).toBe("hi\n");
  runtime.clock.now += 1000;
  expect(await exec(runtime.reopen(), debug.id, "cat /host/mnt/data/f")).toBe("hi\nmore\n");
});

test("a container with a target sees and reaches the target's processes", async () => {
  const runtime = testRuntime();
  const web = shell("echo one > /tmp/f; sleep 3600", { podUid: "t", name: "web" });
  await runtime.start(web, START);
  runtime.clock.now += 1000;
  const debug = shell("ps | grep -v ps; cat /proc/1/root/tmp/f", {
    podUid: "t",
    name: "debug",
    targetContainer: "web",
  });
  await runtime.start(debug, runtime.clock.now);
  runtime.clock.now += 1000;
  const log = await logsOf(runtime, debug.id);
  expect(log).toContain("    1 root       0:00 sh -c echo one");
  expect(log).toMatch(/one\n$/);
  expect(await runtime.inspect(web.id, runtime.clock.now)).toMatchObject({ state: "running" });
});

describe("memory", () => {
  test.each([20 << 20, undefined])("tail /dev/zero with a limit of %s is killed", async (memoryLimit) => {
    const runtime = testRuntime();
    const container = shell("tail /dev/zero", memoryLimit === undefined ? {} : { memoryLimit });
    await runtime.start(container, START);
    expect(await settle(runtime, container.id)).toMatchObject({ exitCode: 137, reason: "OOMKilled" });
  });

  test("a session that takes too much takes the container with it", async () => {
    const runtime = testRuntime();
    const container = shell("sleep 3600", { memoryLimit: 64 << 20 });
    await runtime.start(container, START);
    runtime.clock.now += 1000;
    const ends = channels();
    const command = ["sh", "-c", "tail /dev/zero; echo no"];
    expect(await runtime.exec(container.id, command, { tty: false, stdin: false }, ends)).toEqual({ exitCode: 137 });
    runtime.clock.now += 1000;
    for (const view of [runtime, runtime.reopen()])
      expect(await view.inspect(container.id, runtime.clock.now)).toMatchObject({ exitCode: 137, reason: "OOMKilled" });
  });
});

test("big files: what is behind the first megabytes counts, and costs nothing", async () => {
  const records = memoryRecords();
  const runtime = testRuntime(records);
  const container = shell("sleep 3600", {
    mounts: [{ mountPath: "/cache", readOnly: false, sharedId: "pod/u/volume/cache" }],
  });
  await runtime.start(container, START);
  const script = `dd if=/dev/zero of=/cache/a bs=1M count=600 2>/dev/null; fallocate -l 1G /b; truncate -s 10M /b
    yes | head -c 30000000 > /c; wc -c < /cache/a; stat -c %s /b /c; tail -c 3 /c | tr "\\\\0" z; echo; ls -lh /cache/a | awk '{ print $5 }'`;
  expect(await exec(runtime, container.id, script)).toBe("629145600\n10485760\n30000000\nzzz\n600.0M\n");
  runtime.clock.now += 1000;
  const usage = await runtime.reopen().diskUsage(container.podUid, runtime.clock.now);
  expect(usage?.volumes).toEqual({ cache: 629_145_600 });
  expect(usage?.containers[container.id]).toBe(40_485_760);
  const stored = records.keys("").reduce((sum, key) => sum + JSON.stringify(records.get(key)).length, 0);
  expect(stored).toBeLessThan(27_000_000);
});

test("tail -F takes up a file that appears and one that is replaced", async () => {
  const runtime = testRuntime();
  const script = "tail -F /tmp/log & sleep 1; echo a > /tmp/log; sleep 1; rm /tmp/log; echo b > /tmp/log; sleep 1";
  const container = shell(script);
  await runtime.start(container, START);
  await settle(runtime, container.id);
  expect(await logsOf(runtime, container.id)).toBe(
    "tail: can't open '/tmp/log': No such file or directory\ntail: /tmp/log has appeared; following end of new file\na\n" +
      "tail: /tmp/log has been replaced; following end of new file\nb\n",
  );
});

test("fsGroup, supplemental groups and the owners of what a session makes", async () => {
  const runtime = testRuntime();
  const container = shell("sleep 3600", {
    securityContext: { runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000] },
    mounts: [
      { mountPath: "/data/demo", readOnly: false, sharedId: "pod/u/volume/v" },
      { mountPath: "/etc/config", readOnly: true, files: [{ path: "key", content: "v", mode: 0o400 }] },
    ],
  });
  await runtime.start(container, START);
  expect(
    await exec(runtime, container.id, "id; cd /data/demo; echo hello > file; mkdir dir; cat /etc/config/key"),
  ).toBe("uid=1000 gid=3000 groups=2000,3000,4000\nv");
  const columns = "ls -lnL /data /data/demo /etc/config | awk 'NF > 4 { print $1, $3, $4, $9 }'";
  expect(await exec(runtime, container.id, columns)).toBe(
    "drwxrwsrwx 0 2000 demo\ndrwxr-sr-x 1000 2000 dir\n-rw-r--r-- 1000 2000 file\n-r--r----- 0 2000 key\n",
  );
  const root = shell("id");
  await runtime.start(root, START);
  await settle(runtime, root.id);
  expect(await logsOf(runtime, root.id)).toBe("uid=0(root) gid=0(root) groups=0(root),10(wheel)\n");
});

test("nslookup of busybox searches only for names without a dot", async () => {
  const names: string[] = [];
  const network: ClusterNetwork = {
    ask: async (call) => {
      if (call.kind !== "dns") return { ms: 1, kind: "failed", why: "refused" };
      names.push(`${call.type} ${call.name}`);
      const known = call.name === "web.default.svc.cluster.local";
      const records =
        call.type === "A" && known ? [{ name: call.name, type: "A" as const, ttl: 5, data: "10.96.0.9" }] : [];
      return { ms: 1, kind: "dns", code: known ? "NOERROR" : "NXDOMAIN", records };
    },
  };
  const runtime = testRuntime(memoryRecords(), network);
  const container = shell("sleep 3600");
  await runtime.start(container, START);
  const missing = (name: string): string => `** server can't find ${name}: NXDOMAIN\n\n`;
  const head = "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n";
  expect(await exec(runtime, container.id, "nslookup web.default; echo $?")).toBe(
    `${head}${missing("web.default")}${missing("web.default")}1\n`,
  );
  const found = "Name:\tweb.default.svc.cluster.local\nAddress: 10.96.0.9\n\n";
  const rest = missing("web.svc.cluster.local") + missing("web.cluster.local");
  expect(await exec(runtime, container.id, "nslookup web")).toBe(`${head}${found}${rest}\n${rest}`);
  expect(await exec(runtime, container.id, "nslookup web.default.svc.cluster.local; echo $?")).toBe(
    `${head}${found}\n0\n`,
  );
  expect(names.slice(0, 2)).toEqual(["A web.default", "AAAA web.default"]);
  const tools = spec("registry.k8s.io/e2e-test-images/agnhost:2.39");
  await runtime.start(tools, START);
  expect(await exec(runtime, tools.id, "nslookup web.default")).toBe(
    "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\nName:\tweb.default.svc.cluster.local\nAddress: 10.96.0.9\n\n",
  );
});

test("packages are installed where a mirror can be reached, and copies of programs run", async () => {
  const reached: string[] = [];
  const network = (online: boolean): ClusterNetwork => ({
    ask: async (call) => {
      if (call.kind === "dns")
        return online && call.type === "A" && /^(deb\.debian|dl-cdn\.alpinelinux)\.org$/.test(call.name)
          ? {
              ms: 1,
              kind: "dns",
              code: "NOERROR",
              records: [{ name: call.name, type: "A", ttl: 5, data: "203.0.113.9" }],
            }
          : { ms: 1, kind: "dns", code: "NXDOMAIN", records: [] };
      reached.push(`${call.kind} ${"port" in call ? call.port : ""}`);
      return { ms: 1, kind: "tcp", data: "" };
    },
  });
  const runtime = testRuntime(memoryRecords(), network(true));
  const debian = spec("debian", { command: ["sleep", "infinity"] });
  const alpine = spec("alpine", { command: ["sleep", "infinity"] });
  for (const container of [debian, alpine]) await runtime.start(container, START);
  expect(await exec(runtime, debian.id, "apt-get install -y curl 2>&1 | tail -1")).toBe(
    "E: Unable to locate package curl\n",
  );
  await exec(runtime, debian.id, "apt-get update && apt-get install -y curl procps");
  expect(await exec(runtime, debian.id, "ps | head -1; which curl; apt-get install -y nosuch 2>&1 | tail -1")).toBe(
    "    PID TTY          TIME CMD\n/usr/bin/curl\nE: Unable to locate package nosuch\n",
  );
  expect(await exec(runtime, alpine.id, "apk add --no-cache bash | tail -1; bash -c 'echo ${BASH_VERSION%%.*}'")).toBe(
    "OK: 9 MiB in 15 packages\n5\n",
  );
  expect(await exec(runtime, alpine.id, "cp /bin/busybox /tmp/echo; /tmp/echo copied")).toBe("copied\n");
  const alone = testRuntime(memoryRecords(), network(false));
  await alone.start(debian, START);
  expect(await exec(alone, debian.id, "apt-get update 2>&1 | grep -c resolving")).toBe("4\n");
});

test("logs: tail, since, limit, timestamps, follow", async () => {
  const runtime = testRuntime();
  const container = shell("for i in 1 2 3 4 5; do echo line $i; sleep 2; done");
  await runtime.start(container, START);
  runtime.clock.now = START + 5000;
  expect(await logsOf(runtime, container.id)).toBe("line 1\nline 2\nline 3\n");
  expect(await logsOf(runtime, container.id, { tailLines: 1 })).toBe("line 3\n");
  expect(await logsOf(runtime, container.id, { sinceTime: START + 3000 })).toBe("line 3\n");
  expect(await logsOf(runtime, container.id, { limitBytes: 9 })).toBe("line 1\nli");
  expect(await logsOf(runtime, container.id, { tailLines: 1, timestamps: true })).toMatch(
    /^2026-11-20T08:00:04\.\d+Z line 3\n$/,
  );
  expect(await logsOf(runtime, container.id, { follow: true, tailLines: 0 })).toBe("line 4\nline 5\n");
});

test("a pod may call itself through the network, in the middle of a replay too", async () => {
  const records = memoryRecords();
  let runtime: Runtime;
  const network: ClusterNetwork = {
    ask: async (call, from, at) => {
      if (call.kind !== "http" || from === undefined) return { ms: 1, kind: "failed", why: "refused" };
      const answer = await runtime.http(from.podUid, 80, { ...call.request, body: new Uint8Array() }, at);
      if (answer === undefined) return { ms: 1, kind: "failed", why: "refused" };
      return { ms: 2, kind: "http", reply: { ...answer, body: Buffer.from(answer.body).toString("latin1") } };
    },
  };
  runtime = testRuntime(records, network);
  const web = spec("nginx", { podUid: "p" });
  const client = shell("while sleep 4; do wget -qO- http://10.96.0.1/ | wc -c; done", { podUid: "p" });
  await runtime.start(web, START);
  await runtime.start(client, START);
  runtime.clock.now = START + 13_000;
  expect(await logsOf(runtime, client.id)).toBe("615\n615\n615\n");
  expect((await logsOf(runtime, web.id)).match(/GET \/ HTTP/g)).toHaveLength(3);
  runtime = runtime.reopen();
  expect(await logsOf(runtime, client.id)).toBe("615\n615\n615\n");
  expect((await logsOf(runtime, web.id)).match(/GET \/ HTTP/g)).toHaveLength(3);
});

test("what another process does over the same records is seen", async () => {
  const runtime = testRuntime();
  const container = shell("while [ ! -f /tmp/stop ]; do sleep 1; done; echo stopped");
  await runtime.start(container, START);
  const other = runtime.reopen();
  runtime.clock.now = other.clock.now = START + 5000;
  expect(await exec(runtime, container.id, "echo mine > /tmp/a; ls /tmp")).toBe("a\n");
  other.clock.now += 1000;
  expect(await exec(other, container.id, "cat /tmp/a; touch /tmp/stop")).toBe("mine\n");
  runtime.clock.now = START + 9000;
  expect(await logsOf(runtime, container.id)).toBe("stopped\n");
  expect(await runtime.inspect(container.id, START + 9000)).toMatchObject({ state: "exited", exitCode: 0 });
});

test("archives go in and out, as kubectl cp sends them", async () => {
  const runtime = testRuntime();
  const [from, to] = [spec("nginx"), spec("busybox", { command: ["sleep", "1000"] })];
  await runtime.start(from, START);
  await runtime.start(to, START);
  const out = channels();
  await runtime.exec(from.id, ["tar", "cf", "-", "-C", "/usr/share/nginx", "html"], { tty: false, stdin: false }, out);
  expect(out.out().length % 512).toBe(0);
  await runtime.exec(to.id, ["tar", "-xmf", "-", "-C", "/tmp"], { tty: false, stdin: true }, channels(out.out()));
  expect(await exec(runtime, to.id, "ls /tmp/html; wc -c < /tmp/html/index.html")).toBe("50x.html\nindex.html\n615\n");
  const zip = "cd /tmp; tar czf a.tgz html; rm -r html; tar tf a.tgz; tar xf a.tgz; ls html; tar xzf html/index.html";
  expect(await exec(runtime, to.id, zip)).toBe(
    "html/\nhtml/50x.html\nhtml/index.html\n50x.html\nindex.html\ntar: invalid magic\n",
  );
});

test("a removed container leaves nothing behind", async () => {
  const records = memoryRecords();
  const runtime = testRuntime(records);
  const container = shell("echo x");
  await runtime.start(container, START);
  await exec(runtime, container.id, "echo y > /tmp/y");
  runtime.remove(container.id);
  expect(records.size).toBe(0);
  expect(await runtime.inspect(container.id, START)).toBeUndefined();
});

test("a command waits for whoever reads its output", async () => {
  const runtime = testRuntime();
  const container = shell("sleep 3600");
  await runtime.start(container, START);
  let [written, waiting, most, waits] = [0, 0, 0, 0];
  const stdout = (chunk: Uint8Array): void => {
    written += chunk.length;
    waiting += chunk.length;
    most = Math.max(most, waiting);
  };
  const backlog = {
    get full() {
      return waiting >= 1000;
    },
    onRoom(callback: () => void) {
      waits++;
      void Promise.resolve().then(() => {
        waiting = 0;
        callback();
      });
    },
  };
  const command = ["sh", "-c", "yes 0123456789 | head -n 50000"];
  const ended = await runtime.exec(
    container.id,
    command,
    { tty: false, stdin: false },
    { ...channels(), stdout, backlog },
  );
  expect(ended).toEqual({ exitCode: 0 });
  expect(written).toBe(550_000);
  expect(most).toBeLessThan(written / 2);
  expect(waits).toBeGreaterThan(1);
});
