import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { IngressClass } from "../../types/networking_v1.ts";

function parameters({ spec }: IngressClass): string {
  const reference = spec?.parameters;
  if (reference === undefined) return "<none>";
  const group = reference.apiGroup == null ? "" : `.${reference.apiGroup}`;
  return `${reference.kind}${group}/${reference.name}`;
}

/** Mirrors printers.printIngressClass. */
export const table: TableFacet<IngressClass> = {
  columns: [nameColumn, textColumn("Controller"), textColumn("Parameters"), ageColumn],
  row: (ingressClass, now) => [
    ingressClass.metadata.name,
    ingressClass.spec?.controller ?? "",
    parameters(ingressClass),
    age(ingressClass, now),
  ],
};
