import { expect, test } from "vitest";
import { channels, spec, testRuntime } from "../../../support/runtime/harness.ts";
import rows from "./conformance.json" with { type: "json" };

/** Runs a command in a fresh Ubuntu container, as `kubectl exec` does. */
async function run(command: readonly string[]): Promise<{ out: string; err: string; code: number }> {
  const runtime = testRuntime();
  const container = spec("ubuntu", {
    command: ["sleep", "infinity"],
    env: [
      { name: "HOME", value: "/root" },
      { name: "PATH", value: "/usr/bin:/bin" },
    ],
    workingDir: "/work",
  });
  await runtime.start(container, runtime.clock.now);
  const ends = channels();
  const { exitCode } = await runtime.exec(container.id, command, { tty: false, stdin: false }, ends);
  return { out: ends.out(), err: ends.err(), code: exitCode };
}

/** Scripts with what dash 0.5.12 and bash 5.2 of Debian print: [shell, script, stdout, exit code, stderr]. */
const table = (rows as [string, string, string, number, string?][]).flatMap(([shell, script, out, code, err = ""]) =>
  (shell === "both" ? ["sh", "bash"] : [shell]).map((sh) => [sh, script, out, code, err] as const),
);

test.each(table)("%s: %s", async (sh, script, out, code, err) => {
  const result = await run([`/bin/${sh}`, "-c", script, sh]);
  expect(result.out).toBe(out);
  expect(result.code).toBe(code);
  expect(result.err.trim()).toBe(err.trim());
});

test("a script that never ends, nests or matches for ever is bounded", async () => {
  expect((await run(["sh", "-c", "f() { f; }; f"])).code).not.toBe(0);
  expect((await run(["sh", "-c", `${"(".repeat(300)}echo x${")".repeat(300)}`])).code).toBe(2);
  const started = Date.now();
  await run(["sh", "-c", "echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab | grep -E '^(a+)+$'"]);
  await run(["sh", "-c", "head -c 100000000 /dev/zero > /tmp/big; yes | head -c 50000000 | wc -c"]);
  expect(Date.now() - started).toBeLessThan(20_000);
});
