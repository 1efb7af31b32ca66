import { expect, test } from "vitest";
import { readTar, writeTar } from "../../../../src/cli/archive/tar.ts";

test("what is written is read again, long names too", () => {
  const file = (name: string, text: string) =>
    ({ name, type: "file", mode: 0o644, content: Buffer.from(text), link: "" }) as const;
  const entries = [
    { name: "d", type: "directory", mode: 0o755, content: new Uint8Array(), link: "" } as const,
    file("d/empty", ""),
    file(`${"long/".repeat(25)}name`, "x".repeat(1000)),
    { name: "d/link", type: "symlink", mode: 0o777, content: new Uint8Array(), link: "empty" } as const,
  ];
  const read = readTar(writeTar(entries));
  expect(read.map((e) => [e.name.replace(/\/$/, ""), e.type, e.link])).toEqual(
    entries.map((e) => [e.name, e.type, e.link]),
  );
  expect(Buffer.from(read[2]!.content).toString()).toBe("x".repeat(1000));
});

test("an archive that is cut off is refused", () => {
  const archive = writeTar([{ name: "a", type: "file", mode: 0o644, content: Buffer.alloc(2000), link: "" }]);
  expect(() => readTar(archive.subarray(0, 1024))).toThrow("unexpected EOF");
});
