import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CommandLine, commandLine } from "../support/command-line.ts";

let cli: CommandLine;
let whole: string;
const isRoot = process.getuid?.() === 0;

beforeAll(() => {
  cli = commandLine();
  cli.kubectl(["create", "configmap", "first"]);
  cli.kubectl(["create", "configmap", "second"]);
  whole = path.join(cli.home, "whole");
  fs.cpSync(path.join(cli.home, ".drykube"), whole, { recursive: true });
});
beforeEach(() => {
  fs.rmSync(path.join(cli.home, ".drykube"), { recursive: true, force: true });
  fs.cpSync(whole, path.join(cli.home, ".drykube"), { recursive: true });
});
afterAll(() => cli.remove());

const state = (): string => path.join(cli.directory, "state.json");
const journal = (): string =>
  path.join(cli.directory, fs.readdirSync(cli.directory).find((name) => name.startsWith("journal-"))!);
const text = (): string => fs.readFileSync(state(), "utf8");
const edit = (file: string, change: (text: string) => string): void =>
  fs.writeFileSync(file, change(fs.readFileSync(file, "utf8")));

/** A read and a write both fail with this text alone, and leave the files as they are. */
function refused(text: string): void {
  const before = fs.readdirSync(cli.directory).map((name) => [name, fs.readFileSync(path.join(cli.directory, name))]);
  for (const args of [
    ["get", "configmaps"],
    ["delete", "configmap", "first"],
  ]) {
    const { status, stdout, stderr } = cli.kubectl(args);
    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: "", stderr: `${text}\n` });
  }
  const after = fs.readdirSync(cli.directory).map((name) => [name, fs.readFileSync(path.join(cli.directory, name))]);
  expect(after).toEqual(before);
}

describe("a damaged state", () => {
  test("an empty file", () => {
    fs.writeFileSync(state(), "");
    refused(`error: ${state()}: line 1: not a drykube state file`);
  });

  test("something else", () => {
    fs.writeFileSync(state(), Buffer.from([0xff, 0, 0x0a, 0x7b, 0x0a]));
    refused(`error: ${state()}: line 1: not a drykube state file`);
  });

  test("a file that was cut off", () => {
    edit(state(), (all) => all.slice(0, all.indexOf("\n", all.length / 2) - 9));
    refused(`error: ${state()}: line ${text().split("\n").length}: cut off: the last line is not "~end":{}`);
  });

  test("a record that is no JSON any more", () => {
    const key = "/registry/core/namespaces/default";
    edit(state(), (all) => all.replace(`"${key}":{`, "$&{"));
    const lines = text().split("\n");
    const line = lines.findIndex((l) => l.startsWith(`"${key}"`));
    const problem = `${state()}: line ${line + 1}: the record ${key} is damaged`;
    expect(cli.kubectl(["get", "namespaces"])).toMatchObject({
      status: 1,
      stdout: "",
      stderr: `Error from server (InternalError): Internal error occurred: ${problem}\n`,
    });
    expect(cli.kubectl(["create", "configmap", "third"]).stderr).toContain(problem);
  });

  test("a directory in the file's place", () => {
    fs.rmSync(state());
    fs.mkdirSync(state());
    const { status, stderr } = cli.kubectl(["get", "pods"]);
    expect([status, stderr]).toEqual([1, `error: read ${state()}: is a directory\n`]);
  });

  test("no file: the cluster is gone, and can be made again", () => {
    fs.rmSync(state());
    const { status, stderr } = cli.kubectl(["get", "pods"]);
    expect([status, stderr]).toEqual([
      1,
      `error: there is no cluster in ${cli.directory}: create one with 'drykube cluster create'\n`,
    ]);
    expect(cli.drykube(["cluster", "create", "--addons", "none"]).status).toBe(0);
  });

  test("a format that this version does not know", () => {
    edit(state(), (all) => all.replace('"format":1', '"format":99'));
    refused(`error: ${state()} has format 99, this drykube reads 1: it was written by another version`);
  });

  test.each(["settings", "keys"])("no %s: another version's", (what) => {
    edit(state(), (all) => all.replace(new RegExp(`^"/cluster/${what}":.*\n`, "m"), ""));
    refused(
      `error: the cluster's state has no ${what}, it was written by another version of drykube: make the cluster anew with 'drykube cluster delete' and 'drykube cluster create'`,
    );
    const listed = cli.drykube(["cluster", "list"]);
    expect(listed.status).toBe(0);
    expect(listed.stdout).toMatch(/^kind +kind-kind/m);
  });

  test("a damaged line of the journal", () => {
    edit(journal(), (all) => all.replace('"first"', '"fir5t"'));
    refused(`error: ${journal()}: line 1: damaged`);
  });

  test("a torn last line of the journal was never acknowledged", () => {
    edit(journal(), (all) => all.slice(0, -20));
    expect(cli.kubectl(["get", "configmaps", "-o", "name"]).stdout).toBe(
      "configmap/first\nconfigmap/kube-root-ca.crt\n",
    );
    expect(cli.kubectl(["create", "configmap", "third"]).status).toBe(0);
    expect(cli.kubectl(["get", "configmaps", "-o", "name"]).stdout).toBe(
      "configmap/first\nconfigmap/kube-root-ca.crt\nconfigmap/third\n",
    );
  });

  test("reset tells what is wrong, delete and create mend it", () => {
    fs.writeFileSync(state(), "");
    expect(cli.drykube(["cluster", "reset"]).status).toBe(1);
    expect(cli.drykube(["cluster", "delete"]).status).toBe(0);
    expect(cli.drykube(["cluster", "create", "--addons", "none"]).status).toBe(0);
    expect(cli.kubectl(["get", "configmap", "first"]).status).toBe(1);
  });
});

describe("a lock", () => {
  const lock = (): string => path.join(cli.directory, "lock");
  const write = () => cli.kubectl(["create", "configmap", "third"]);

  test("of a process that is gone is broken", () => {
    fs.writeFileSync(lock(), JSON.stringify({ pid: 2 ** 22 + 1, started: "1" }));
    expect(write().status).toBe(0);
    expect(fs.existsSync(lock())).toBe(false);
  });

  test("of another life of this pid is broken", () => {
    fs.writeFileSync(lock(), JSON.stringify({ pid: process.pid, started: "1" }));
    expect(write().status).toBe(0);
  });

  test.each(["", "null", "{", '{"pid":"x"}', '{"pid":-1,"started":""}'])("that says %j is broken", (content) => {
    fs.writeFileSync(lock(), content);
    expect(write().status).toBe(0);
  });
});

describe("a home", () => {
  const at = (home: string) => cli.kubectl(["get", "pods"], { env: { DRYKUBE_HOME: "", HOME: home } });

  test("is made where it is missing", () => {
    const home = path.join(cli.home, "not/yet");
    expect(at(home)).toMatchObject({ status: 0, stderr: "No resources found in default namespace.\n" });
    expect(fs.statSync(path.join(home, ".drykube")).mode & 0o777).toBe(0o700);
  });

  test("must be named", () => {
    expect(at("")).toMatchObject({
      status: 1,
      stderr: "error: neither DRYKUBE_HOME nor HOME is set: there is no place for the cluster's state\n",
    });
  });

  test("that is a file", () => {
    const file = cli.file("file", "");
    expect(at(file)).toMatchObject({
      status: 1,
      stderr: `error: error loading config file "${file}/.drykube/config": open ${file}/.drykube/config: not a directory\n`,
    });
  });

  test("under a link is the same home", () => {
    const link = path.join(cli.home, "link");
    fs.symlinkSync(path.join(cli.home, ".drykube"), link);
    expect(cli.kubectl(["create", "configmap", "third"], { env: { DRYKUBE_HOME: link } }).status).toBe(0);
    expect(cli.kubectl(["get", "configmap", "third"]).status).toBe(0);
  });

  test.skipIf(process.platform !== "linux")("where nothing can be made", () => {
    expect(at("/proc")).toMatchObject({
      status: 1,
      stderr: "error: mkdir /proc/.drykube: no such file or directory\n",
    });
  });

  test.skipIf(isRoot)("that may not be written to", () => {
    const home = path.join(cli.home, "closed");
    fs.mkdirSync(home, { mode: 0o555 });
    expect(at(home)).toMatchObject({ status: 1, stderr: `error: mkdir ${home}/.drykube: permission denied\n` });
  });

  test("no name of a cluster leads out of it", () => {
    for (const name of ["..", "../..", "a/b", "A", ""])
      expect(cli.drykube(["cluster", "delete", name])).toMatchObject({
        status: 1,
        stderr: `error: ${JSON.stringify(name)} is not a valid cluster name, cluster names must match \`^[a-z0-9.-]+$\`\n`,
      });
    expect(fs.existsSync(state())).toBe(true);
  });
});

describe("a clock", () => {
  test("that was set back does not turn time back", () => {
    // The state was saved in the future: that is what a clock looks like that has been set back since.
    const now = Date.now() + 3 * 3_600_000;
    fs.rmSync(journal());
    edit(state(), (all) => all.replace(/"now":\d+/, `"now":${now}`));
    expect(cli.kubectl(["create", "configmap", "third"]).status).toBe(0);
    const { stdout } = cli.kubectl(["get", "configmap", "third", "-o", "jsonpath={.metadata.creationTimestamp}"]);
    expect(Date.parse(stdout)).toBeGreaterThanOrEqual(Math.floor(now / 1000) * 1000);
  });
});
