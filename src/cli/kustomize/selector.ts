import type { JsonObject } from "../../machinery/object.ts";
import { labelsMatch, parseLabelSelector } from "../../machinery/selectors/label.ts";
import { idOf, idsOf, type Resource, type ResourceId } from "./resource.ts";

/** A pattern that must fit the whole text; an empty one fits everything. */
function fits(pattern: unknown, text: string): boolean {
  if (pattern === undefined || pattern === "") return true;
  try {
    return new RegExp(`^(?:${String(pattern)})$`).test(text);
  } catch (error) {
    const { message } = error as Error;
    const reason = message.includes("Unterminated group") ? "missing closing )" : message;
    throw new Error(`error parsing regexp: ${reason}: \`^(?:${String(pattern)})$\``);
  }
}

const fitsKind = (selector: JsonObject, id: ResourceId): boolean =>
  fits(selector["group"], id.group) && fits(selector["version"], id.version) && fits(selector["kind"], id.kind);

function fitsLabels(selector: unknown, labels: Record<string, string>): boolean {
  return !selector || labelsMatch(parseLabelSelector(String(selector)), labels);
}

/** The resources that a target selects, by patterns over the names they have or had, and by labels. Mirrors resmap.Select. */
export function selectTargets(resources: readonly Resource[], selector: JsonObject): Resource[] {
  return resources.filter((r) => {
    const { labels = {}, annotations = {} } = r.object["metadata"] ?? {};
    return (
      fitsKind(selector, idOf(r.object)) &&
      idsOf(r).some((id) => fits(selector["name"], id.name) && fits(selector["namespace"], id.namespace)) &&
      fitsLabels(selector["labelSelector"], labels) &&
      fitsLabels(selector["annotationSelector"], annotations)
    );
  });
}
