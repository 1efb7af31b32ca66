import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createStateFile, openStateFile } from "../../../src/store/state-file.ts";

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "drykube-state-"));
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

const create = () => createStateFile(directory, { now: 5, clockOffsetMs: 0, seed: "s" });
const reopen = () => openStateFile(directory)!;
const journal = () => fs.readdirSync(directory).find((name) => name.startsWith("journal-"))!;

describe("a state file", () => {
  test("is absent until it is created", () => {
    expect(openStateFile(directory)).toBeUndefined();
  });

  test("keeps records and meta across processes", () => {
    const state = create();
    state.set("/registry/core/pods/default/b", { n: 2 });
    state.set("/registry/core/pods/default/a", { n: 1 });
    state.setMeta({ revision: 7 });
    state.commit();
    const again = reopen();
    expect(again.keys("/registry/core/pods/")).toEqual([
      "/registry/core/pods/default/a",
      "/registry/core/pods/default/b",
    ]);
    expect(again.get("/registry/core/pods/default/a")).toEqual({ n: 1 });
    expect(again.meta).toEqual({ format: 1, revision: 7, now: 5, clockOffsetMs: 0, seed: "s", sequence: 0 });
  });

  test("forgets what was never committed", () => {
    const state = create();
    state.set("/a", { n: 1 });
    expect(reopen().get("/a")).toBeUndefined();
  });

  test("folds a long journal into one sorted JSON document", () => {
    const state = create();
    for (let i = 0; i < 400; i++) {
      state.set(`/k/${String((i * 7919) % 400).padStart(3, "0")}`, { i, filler: "x".repeat(1000) });
      state.commit();
    }
    state.set("/k/007", undefined);
    state.commit();
    const text = fs.readFileSync(path.join(directory, "state.json"), "utf8");
    const document = JSON.parse(text) as object;
    expect(Object.keys(document)).toEqual([...Object.keys(document)].sort());
    expect(fs.readdirSync(directory).filter((n) => n.startsWith("journal-")).length).toBeLessThanOrEqual(1);
    const again = reopen();
    expect(again.keys("/k/").length).toBe(399);
    expect(again.get("/k/007")).toBeUndefined();
    for (const key of again.keys("/k/")) expect(again.get(key)).toEqual(state.get(key));
  });

  test("finds each key and prefix by positioned reads in a file too large to read whole", () => {
    const state = create();
    const filler = "é".repeat(60_000);
    for (let i = 0; i < 150; i++) state.set(`/k/${String(i).padStart(3, "0")}`, { i, filler });
    state.set('/k/050/with "quotes"', { quoted: true });
    state.commit();
    state.set("/z", {});
    state.commit();
    expect(fs.statSync(path.join(directory, "state.json")).size).toBeGreaterThan(8 * 1024 * 1024);
    const again = reopen();
    expect(again.get("/k/000")).toMatchObject({ i: 0 });
    expect(again.get("/k/149")).toMatchObject({ i: 149 });
    expect(again.get("/k/150")).toBeUndefined();
    expect(again.keys("/k/05")).toEqual(
      [..."0123456789"].flatMap((d) => (d === "0" ? ["/k/050", '/k/050/with "quotes"'] : [`/k/05${d}`])),
    );
    expect(again.firstKey("/k/1")).toBe("/k/100");
  });

  test("searches past records of megabytes without reading them again and again", () => {
    const state = create();
    const huge = "ä\n".repeat(3_000_000);
    for (const key of ["/a/huge", "/m/huge"]) state.set(key, { huge });
    for (let i = 0; i < 50; i++) for (const prefix of ["/0/", "/b/", "/z/"]) state.set(`${prefix}${i}`, { i });
    state.commit();
    state.close();
    const again = reopen();
    for (let round = 0; round < 20; round++)
      for (let i = 0; i < 50; i++)
        for (const prefix of ["/0/", "/b/", "/z/"]) expect(again.get(`${prefix}${i}`)).toEqual({ i });
    expect(again.keys("/b/")).toHaveLength(50);
    expect((again.get("/m/huge") as { huge: string }).huge.length).toBe(huge.length);
    expect(again.get("/m/hugf")).toBeUndefined();
  });

  test("sees what another process wrote, and what was there before", () => {
    const ours = create();
    ours.set("/a", { n: 1 });
    ours.commit();
    const theirs = reopen();
    theirs.set("/a", { n: 2 });
    theirs.set("/b", { n: 3 });
    theirs.commit();
    expect([...ours.refresh()]).toEqual([
      ["/a", { n: 1 }],
      ["/b", undefined],
    ]);
    expect(ours.get("/a")).toEqual({ n: 2 });
    expect(ours.refresh().size).toBe(0);
  });

  test("sees what another process wrote across a fold", () => {
    const ours = create();
    ours.set("/a", { n: 1 });
    ours.set("/gone", {});
    ours.commit();
    const theirs = reopen();
    theirs.set("/gone", undefined);
    theirs.set("/big", { filler: "x".repeat(200_000) });
    theirs.commit();
    theirs.set("/a", { n: 2 });
    theirs.commit();
    expect(new Map([...ours.refresh()].map(([key, before]) => [key, before]))).toEqual(
      new Map<string, unknown>([
        ["/a", { n: 1 }],
        ["/gone", {}],
        ["/big", undefined],
      ]),
    );
    ours.set("/c", {});
    ours.commit();
    expect(reopen().keys("/")).toEqual(["/a", "/big", "/c"]);
  });

  test("drops a torn last line, which nobody was told of, and writes on after it", () => {
    const state = create();
    state.set("/a", { n: 1 });
    state.commit();
    fs.appendFileSync(path.join(directory, journal()), '1234abcd {"meta":{"form');
    const again = reopen();
    expect(again.get("/a")).toEqual({ n: 1 });
    again.set("/b", { n: 2 });
    again.commit();
    expect(reopen().keys("/")).toEqual(["/a", "/b"]);
  });

  test("names the line of any other damage", () => {
    const state = create();
    for (const key of ["/a", "/b", "/c"]) {
      state.set(key, { key });
      state.commit();
    }
    const file = path.join(directory, journal());
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace('{"key":"/b"}', '{"key":"/x"}'));
    expect(reopen).toThrow(/journal-1\.jsonl: line 2: damaged/);
  });

  test("refuses the file of a newer version and one that is none", () => {
    create();
    const file = path.join(directory, "state.json");
    const text = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, text.replace('"format":1', '"format":2'));
    expect(reopen).toThrow(/has format 2, this drykube reads 1/);
    fs.writeFileSync(file, "hello\n");
    expect(reopen).toThrow(/state\.json: line/);
  });

  test("holds keys that JavaScript treats specially", () => {
    const state = create();
    state.set("/registry/core/configmaps/default/__proto__", { data: JSON.parse('{"__proto__":"x"}') });
    state.commit();
    const found = reopen().get("/registry/core/configmaps/default/__proto__") as { data: object };
    expect(Object.keys(found.data)).toEqual(["__proto__"]);
  });
});

describe("a full disk", () => {
  afterEach(() => vi.restoreAllMocks());
  const full = (): never => {
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), {
      code: "ENOSPC",
      errno: -28,
      syscall: "write",
    });
  };

  test("refuses a transaction, names the file, and the next one is written over the torn line", () => {
    const state = create();
    state.set("/a", { n: 1 });
    state.commit();
    const write = vi.spyOn(fs, "writeSync").mockImplementationOnce(((fd: number, bytes: Buffer, from: number) => {
      write.mockImplementationOnce(full);
      return fs.writeSync(fd, bytes, from, 20, fs.fstatSync(fd).size);
    }) as typeof fs.writeSync);
    state.set("/b", { n: 2 });
    expect(() => state.commit()).toThrow(expect.objectContaining({ path: path.join(directory, journal()) }));
    vi.restoreAllMocks();
    const again = reopen();
    expect(again.keys("/")).toEqual(["/a"]);
    again.set("/c", { n: 3 });
    again.commit();
    expect(reopen().keys("/")).toEqual(["/a", "/c"]);
  });

  test("keeps a long journal where it cannot be folded", () => {
    const state = create();
    vi.spyOn(fs, "writeFileSync").mockImplementation(full);
    state.set("/big", { filler: "x".repeat(200_000) });
    state.commit();
    vi.restoreAllMocks();
    expect(fs.readdirSync(directory).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(reopen().keys("/")).toEqual(["/big"]);
    state.set("/a", { n: 1 });
    state.commit();
    expect(reopen().keys("/")).toEqual(["/a", "/big"]);
  });
});
