import { expect, test } from "vitest";
import { formatLabels, type TableOptions, TablePrinter } from "../../../../src/cli/printers/table-printer.ts";

const table = (name: string, labels: Record<string, string> = {}) => ({
  kind: "Table",
  columnDefinitions: [
    { name: "Name", type: "string", format: "name" },
    { name: "Ready", type: "string" },
    { name: "Node", type: "string", priority: 1 },
  ],
  rows: [{ cells: [name, "1/1", "n1"], object: { metadata: { namespace: "dev", labels } } }],
});

const print = (options: TableOptions, ...objects: object[]): string => {
  const printer = new TablePrinter(options, () => "5m");
  return objects.map((o) => printer.print(o as Record<string, unknown>)).join("");
};

test.each<[TableOptions, string]>([
  [{}, "NAME\tREADY\nweb\t1/1\n"],
  [{ wide: true }, "NAME\tREADY\tNODE\nweb\t1/1\tn1\n"],
  [{ noHeaders: true }, "web\t1/1\n"],
  [{ withNamespace: true }, "NAMESPACE\tNAME\tREADY\ndev\tweb\t1/1\n"],
  [{ withKind: true, kind: "deployment.apps" }, "NAME\tREADY\ndeployment.apps/web\t1/1\n"],
  [
    { columnLabels: ["example.com/app", "no"], showLabels: true },
    "NAME\tREADY\tAPP\tNO\tLABELS\nweb\t1/1\tx\t\texample.com/app=x\n",
  ],
])("%j", (options, text) => {
  expect(print(options, table("web", options.columnLabels ? { "example.com/app": "x" } : {}))).toBe(text);
});

test("headers come once for equal columns, and not without rows", () => {
  expect(print({}, table("a"), table("b"))).toBe("NAME\tREADY\na\t1/1\nb\t1/1\n");
  expect(print({}, { ...table("a"), rows: [] })).toBe("");
});

test("objects without a Table have a name and an age; events a column of their own", () => {
  expect(print({}, { metadata: { name: "x" } })).toBe("NAME\tAGE\nx\t5m\n");
  expect(new TablePrinter({}, () => "").print(table("web"), "ADDED")).toBe("EVENT\tNAME\tREADY\nADDED   \tweb\t1/1\n");
});

test("control characters cannot disturb the terminal", () => {
  const rows = [{ cells: ["a\u001b[31m", "line one\nline two"] }];
  expect(print({ noHeaders: true }, { ...table("x"), rows })).toBe("a^[[31m\tline one...\n");
});

test("labels sort as texts", () => {
  expect(formatLabels({ app: "web", "app.kubernetes.io/name": "web" })).toBe("app.kubernetes.io/name=web,app=web");
  expect(formatLabels(undefined)).toBe("<none>");
});
