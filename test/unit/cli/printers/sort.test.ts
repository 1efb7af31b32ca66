import { expect, test } from "vitest";
import { sortByField } from "../../../../src/cli/printers/sort.ts";

const names = (objects: Record<string, any>[], path: string): string[] =>
  sortByField(objects, path, (o) => o).map((o) => o["n"]);

test("quantities compare by value, texts by their letters, numbers as numbers", () => {
  const sizes = [
    { n: "big", v: "10Gi" },
    { n: "small", v: "900Mi" },
    { n: "mid", v: "2Gi" },
  ];
  expect(names(sizes, "{.v}")).toEqual(["small", "mid", "big"]);
  expect(names([{ n: "web-9" }, { n: "web-10" }], "{.n}")).toEqual(["web-10", "web-9"]);
  expect(
    names(
      [
        { n: "a", v: 10 },
        { n: "b", v: 9 },
      ],
      "{.v}",
    ),
  ).toEqual(["b", "a"]);
});

test("what lacks the field comes first, the last of it foremost, as Go's insertion has it", () => {
  expect(names([{ n: "a", v: "1" }, { n: "b" }, { n: "c" }], "{.v}")).toEqual(["c", "b", "a"]);
});

test("a field that nothing has is an error", () => {
  expect(() => names([{ n: "a" }], "{.nope}")).toThrow(
    `couldn't find any field with path "{.nope}" in the list of objects`,
  );
});

test("what has no order is told with Go's types", () => {
  const values = [true, {}, [1]];
  const errors = values.map((v) => {
    try {
      names([{ v }, { v }], "{.v}");
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  });
  const prefix = "Field {.v} in *unstructured.Unstructured is an unsortable type: interface, err: unsortable type:";
  expect(errors).toEqual([`${prefix} bool`, `${prefix} map[string]interface {}`, `${prefix} []interface {}`]);
  expect(() => names([{ v: 1 }, { v: "a" }], "{.v}")).toThrow("err: unsortable interface: interface");
});
