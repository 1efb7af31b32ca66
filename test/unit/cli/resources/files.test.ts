import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { expandFiles } from "../../../../src/cli/resources/files.ts";

const root = fs.mkdtempSync(path.join(os.tmpdir(), "files-"));
for (const file of ["a.yaml", "b.json", "notes.txt", "dir/c.yml", "dir/deep/d.yaml", "bare/x.txt"]) {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  fs.writeFileSync(path.join(root, file), "");
}
afterAll(() => fs.rmSync(root, { recursive: true }));

const names = (given: string[], recursive = false): string[] =>
  expandFiles(given, recursive, root).files.map((f) => f.name);

test.each([
  [["a.yaml"], false, ["a.yaml"]],
  [["notes.txt"], false, ["notes.txt"]],
  [["*.yaml"], false, ["a.yaml"]],
  [["[ab].*"], false, ["a.yaml", "b.json"]],
  [["dir"], false, ["dir/c.yml"]],
  [["dir"], true, ["dir/c.yml", "dir/deep/d.yaml"]],
  [["*/c.yml"], false, ["dir/c.yml"]],
  [["-"], false, ["STDIN"]],
])("%j (recursive: %s)", (given, recursive, expected) => {
  expect(names(given, recursive)).toEqual(expected);
});

test("a URL is read when its turn comes, and does not stand for itself", () => {
  const url = "https://example.com/x.yaml";
  expect(expandFiles([url], false, root)).toEqual({
    files: [{ name: url, file: url, isRemote: true }],
    singleItemImplied: false,
  });
});

test("one named file stands for itself", () => {
  expect(expandFiles(["a.yaml"], false, root).singleItemImplied).toBe(true);
  expect(expandFiles(["a.yaml", "b.json"], false, root).singleItemImplied).toBe(false);
  expect(expandFiles(["-"], false, root).singleItemImplied).toBe(false);
});

test.each([
  [["gone.yaml"], 'the path "gone.yaml" does not exist'],
  [["z*.yaml"], 'the path "z*.yaml" does not exist'],
  [["bare"], "error reading [bare]: recognized file extensions are [.json .yaml .yml]"],
  [["-", "-"], "standard input cannot be used for multiple arguments"],
  [["http://a b/x.yaml"], 'the URL passed to filename "http://a b/x.yaml" is not valid'],
])("%j is refused", (given, message) => {
  expect(() => names(given)).toThrow(message);
});
