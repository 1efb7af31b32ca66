import type { ResourceDefinition, Strategy } from "../../kinds/definition.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { type FieldSelectorTerms, fieldsMatch, parseFieldSelector } from "../../machinery/selectors/field.ts";
import { type LabelSelectorTerms, labelsMatch, parseLabelSelector } from "../../machinery/selectors/label.ts";
import { badRequest } from "../../machinery/status-error.ts";

/** What a list or watch leaves out. */
export interface Selection {
  readonly labels: LabelSelectorTerms;
  readonly fields: FieldSelectorTerms;
  matches(object: KubeObject): boolean;
}

/** Reads labelSelector and fieldSelector for a resource; throws BadRequest with upstream's words. */
export function parseSelection(
  definition: ResourceDefinition,
  strategy: Strategy,
  labelSelector: string | undefined,
  fieldSelector: string | undefined,
): Selection {
  const labels = parsed(() => parseLabelSelector(labelSelector ?? ""));
  const fields = withoutAliases(
    definition,
    parsed(() => parseFieldSelector(fieldSelector ?? "")),
  );
  if (fields.length > 0) checkFields(definition, strategy, fields);
  return {
    labels,
    fields,
    matches: (object) =>
      (labels.length === 0 || labelsMatch(labels, object.metadata.labels)) &&
      (fields.length === 0 || fieldsMatch(fields, selectableFields(strategy, object))),
  };
}

/** Fields of a resource that is stored under other names. Mirrors pkg/apis/events/v1/conversion.go. */
const ALIASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "events.k8s.io/events": {
    ...Object.fromEntries(
      ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"].map((f) => [
        `regarding.${f}`,
        `involvedObject.${f}`,
      ]),
    ),
    reason: "reason",
    reportingController: "reportingComponent",
    type: "type",
    "metadata.name": "metadata.name",
    "metadata.namespace": "metadata.namespace",
  },
};

function withoutAliases(definition: ResourceDefinition, terms: FieldSelectorTerms): FieldSelectorTerms {
  const key = `${definition.group}/${definition.resource}`;
  if (!Object.hasOwn(ALIASES, key)) return terms;
  const names = ALIASES[key]!;
  return terms.map((term) => {
    if (!Object.hasOwn(names, term.field)) throw badRequest(`field label not supported: ${term.field}`);
    return { ...term, field: names[term.field]! };
  });
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw badRequest((error as Error).message);
  }
}

function selectableFields(strategy: Strategy, object: KubeObject): Record<string, string> {
  return {
    "metadata.name": object.metadata.name ?? "",
    "metadata.namespace": object.metadata.namespace ?? "",
    ...strategy.selectableFields?.(object),
  };
}

/** Kinds that word their refusal in their own way. */
const REFUSALS: Readonly<Record<string, (field: string) => string>> = {
  "batch/jobs": (field) => `field label ${JSON.stringify(field)} not supported for batchv1.Job`,
};

/** Which fields can be selected by does not depend on the object, so an empty one tells. */
function checkFields(definition: ResourceDefinition, strategy: Strategy, terms: FieldSelectorTerms): void {
  const sample = { apiVersion: "", kind: definition.kind, metadata: {}, spec: {}, status: {} };
  const known = new Set(Object.keys(selectableFields(strategy, sample)));
  const wrong = terms.find((t) => !known.has(t.field));
  if (wrong === undefined) return;
  const key = `${definition.group}/${definition.resource}`;
  if (Object.hasOwn(REFUSALS, key)) throw badRequest(REFUSALS[key]!(wrong.field));
  if (strategy.selectableFields !== undefined || definition.schema !== undefined)
    throw badRequest(`field label not supported: ${wrong.field}`);
  throw badRequest(
    `${JSON.stringify(wrong.field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
}
