import { catalog } from "../../kinds/catalog.ts";

/** Whether objects of a kind live in namespaces; kinds that nobody knows do. */
export function isNamespaced(id: { readonly group: string; readonly kind: string }): boolean {
  return catalog.find((d) => d.kind === id.kind && d.group === id.group)?.namespaced !== false;
}
