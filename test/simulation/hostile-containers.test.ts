import { expect, test } from "vitest";
import { channels, logsOf, memoryRecords, START, spec, testRuntime } from "../support/runtime/harness.ts";

const HOUR = 3_600_000;
/** What one file that is kept as it is may cost as JSON. */
const KEPT = 32 << 20;

/** What a container may do to the simulation. None of it may cost more than its share, and nobody else may notice. */
const hostile: readonly (readonly [name: string, script: string])[] = [
  ["a fork bomb", ":(){ :|:& };:"],
  ["a fork bomb that lives", "bomb() { bomb | bomb & }; bomb; sleep 100"],
  ["a busy loop", "while :; do :; done"],
  ["a flood", "yes"],
  ["a flood into a file", "yes > /tmp/y"],
  ["zeros into a file", "dd if=/dev/zero of=/tmp/z bs=1M; ls -l /tmp/z"],
  ["noise into a file", "cat /dev/urandom > /tmp/n"],
  ["a file by its lines", "while :; do echo x >> /tmp/g; done"],
  ["a million files", "i=0; while :; do i=$((i+1)); echo $i > /tmp/f$i; done"],
  ["deep folders", "cd /tmp; while mkdir d && cd d; do :; done"],
  ["links in a ring", "ln -s /tmp/b /tmp/a; ln -s /tmp/a /tmp/b; cat /tmp/a; find / -follow"],
  ["a variable that doubles", "x=a; while :; do x=$x$x; done"],
  ["a substitution without end", "x=$(yes)"],
  ["a read without end", "read x < /dev/zero; echo $x"],
  ["memory that grows", "tail /dev/zero"],
  ["an array that grows", "awk 'BEGIN { while (1) a[i++] = i }'"],
  ["a string that doubles", `awk 'BEGIN { s = "a"; while (1) s = s s }'`],
  ["awk that recurses", "awk 'function f(n) { return f(n + 1) } BEGIN { f(0) }'"],
  ["awk that spins", "awk 'BEGIN { while (1) i++ }'"],
  ["a function that recurses", "f() { f; }; f"],
  ["eval in eval", `eval "$(i=0; while [ $i -lt 2000 ]; do printf 'eval '; i=$((i+1)); done)echo deep"`],
  ["brackets without end", `${"(".repeat(5000)}`],
  ["a heredoc that does not end", "cat <<EOF\nfor ever"],
  ["a quote that does not end", "echo 'for ever"],
  ["a regular expression for grep", "echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab | grep -E '^(a+)+$'"],
  ["a regular expression for sed", "echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab | sed -E 's/^(a|aa)+$/x/'"],
  ["a regular expression for awk", "echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab | awk '/^((a*)*)*$/'"],
  ["a case pattern", "case aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab in *a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*c) echo y;; esac"],
  ["sed that loops", "echo a | sed ':a;s/a/aa/;ta'"],
  ["a sort of everything", "sort /dev/urandom"],
  ["a format that is too wide", "printf '%1000000000d' 1 | wc -c"],
  ["a sleep that is too long", "sleep 99999999999999999999"],
  ["thousands of sleepers", "i=0; while :; do sleep 1000 & i=$((i+1)); done"],
  ["a ring of pipes", "mkfifo /tmp/p; cat /tmp/p | cat > /tmp/p"],
  [
    "arithmetic that is too big",
    "echo $((9223372036854775807 + 1)) $((1 << 70)) $((-9223372036854775808 / -1)) $((2**63**9))",
  ],
  ["a path that is too long", `cat /${"x/".repeat(10_000)}`],
  ["arguments that are too many", "set -- $(seq 1 1000000); echo $#"],
  ["a trap that traps itself", "trap 'kill -TERM $$' TERM; kill -TERM $$; while :; do sleep 1; done"],
  ["xargs of zeros", "xargs -n1 < /dev/zero"],
  ["an archive of itself", "tar cf /tmp/t.tar /"],
];

test.each(hostile)("%s", { timeout: 120_000 }, async (_name, script) => {
  const records = memoryRecords();
  const runtime = testRuntime(records);
  const good = spec("busybox", { podUid: "good", command: ["sh", "-c", "while sleep 60; do date +%H:%M; done"] });
  const bad = spec("busybox", { podUid: "bad", command: ["sh", "-c", script], memoryLimit: 256 << 20 });
  await runtime.start(good, START);
  await runtime.start(bad, START);
  for (const at of [START + 1000, START + HOUR]) {
    runtime.clock.now = at;
    await runtime.inspect(bad.id, at);
    await logsOf(runtime, bad.id, { tailLines: 1 });
  }
  await runtime.signal(bad.id, "SIGKILL", runtime.clock.now);
  expect((await runtime.inspect(bad.id, runtime.clock.now))?.state).toBe("exited");
  expect(await logsOf(runtime, good.id, { tailLines: 1 })).toBe("08:59\n");
  const ends = channels();
  expect(await runtime.exec(good.id, ["echo", "well"], { tty: false, stdin: false }, ends)).toEqual({ exitCode: 0 });
  expect(ends.out()).toBe("well\n");
  const stored = records.keys("").reduce((sum, key) => sum + JSON.stringify(records.get(key)).length, 0);
  expect(stored).toBeLessThan(100_000);
});

test("a session that writes for a long time leaves little behind", { timeout: 120_000 }, async () => {
  const records = memoryRecords();
  const runtime = testRuntime(records);
  const container = spec("busybox", { command: ["sleep", "3600"] });
  await runtime.start(container, START);
  const run = (script: string) =>
    runtime.exec(container.id, ["sh", "-c", script], { tty: false, stdin: false }, channels());
  await run("i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo $i >> /tmp/g; done");
  await run("head -c 50000000 /dev/urandom > /tmp/n; dd if=/dev/zero of=/tmp/z bs=1M count=3000");
  await run("i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo $i > /tmp/f$i; rm /tmp/f$i; done");
  const stored = records.keys("").reduce((sum, key) => sum + JSON.stringify(records.get(key)).length, 0);
  expect(stored).toBeLessThan(KEPT);
  expect(records.keys("").length).toBeLessThan(400);
});
