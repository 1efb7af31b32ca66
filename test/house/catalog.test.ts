import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadTable } from "../../src/apiserver/present/table.ts";
import { catalog } from "../../src/kinds/catalog.ts";
import type { ColumnDefinition, ResourceDefinition } from "../../src/kinds/definition.ts";
import { apiVersionOf } from "../../src/machinery/object.ts";

const readJson = (path: string): any => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8"));

const recorded: Readonly<Record<string, readonly Required<ColumnDefinition>[]>> =
  readJson("schemas/table-columns.json");
const listable = catalog.filter((d) => d.verbs.includes("list"));
const keyOf = (d: ResourceDefinition): string => `${apiVersionOf(d)}/${d.resource}`;

test.each(listable.map((d) => [keyOf(d), d] as const))(
  "%s has the columns of an apiserver",
  async (key, definition) => {
    const { columns } = await loadTable(definition);
    const shape = (c: ColumnDefinition) => `${c.name} ${c.type} ${c.format ?? ""} ${c.priority ?? 0}`;
    expect(columns.map(shape)).toEqual(recorded[key]!.map(shape));
  },
);

test("every recorded table belongs to a row of the catalog", () => {
  expect(Object.keys(recorded).filter((key) => !listable.some((d) => keyOf(d) === key))).toEqual([]);
});
