import type { ColumnDefinition } from "../../definition.ts";

/** The first column of nearly every table; kubectl puts "pod/" before it where it shows kinds. */
export const nameColumn: ColumnDefinition = { name: "Name", type: "string", format: "name" };

export const textColumn = (name: string): ColumnDefinition => ({ name, type: "string" });
export const integerColumn = (name: string): ColumnDefinition => ({ name, type: "integer" });
export const booleanColumn = (name: string): ColumnDefinition => ({ name, type: "boolean" });

/** The same column, shown with `-o wide` only. */
export const wide = (column: ColumnDefinition): ColumnDefinition => ({ ...column, priority: 1 });

export const ageColumn: ColumnDefinition = textColumn("Age");

/** What `-o wide` adds for kinds with a pod template. */
export const containerColumns: readonly ColumnDefinition[] = [
  wide(textColumn("Containers")),
  wide(textColumn("Images")),
];

export const selectorColumn: ColumnDefinition = wide(textColumn("Selector"));
