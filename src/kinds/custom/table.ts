import { humanDuration } from "../../machinery/duration.ts";
import { executeJsonPath, findJsonPath } from "../../machinery/jsonpath/evaluate.ts";
import { type JsonPathTemplate, parseJsonPath } from "../../machinery/jsonpath/parse.ts";
import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { type Instant, parseTime } from "../../machinery/time.ts";
import type { ColumnDefinition, TableFacet } from "../definition.ts";

const NAME: ColumnDefinition = {
  name: "Name",
  type: "string",
  format: "name",
  description:
    "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically.",
};
const AGE: JsonObject = {
  name: "Age",
  type: "date",
  jsonPath: ".metadata.creationTimestamp",
  description: "When the object was created.",
};

const TYPES = new Set(["string", "integer", "number", "boolean", "date"]);

/** The table of a custom resource: its name, and the CRD's additionalPrinterColumns (its age where there are none). Mirrors apiextensions-apiserver/pkg/registry/customresource/tableconvertor. */
export function customTable(columns: readonly JsonObject[] | undefined): TableFacet {
  const own = columns?.length ? columns : [AGE];
  const definitions = own.map(
    (c): ColumnDefinition => ({
      name: c.name,
      type: TYPES.has(c.type) ? c.type : "string",
      format: c.format ?? "",
      description: c.description
        ? c.description
        : `Custom resource definition column (in JSONPath format): ${c.jsonPath}`,
      priority: c.priority ?? 0,
    }),
  );
  const paths = own.map((c) => parsePath(c.jsonPath));
  return {
    columns: [NAME, ...definitions],
    row: (object, now) => [
      object.metadata.name ?? "",
      ...paths.map((path, i) => (path === undefined ? null : cell(path, definitions[i]!.type, object, now))),
    ],
  };
}

function parsePath(path: string): JsonPathTemplate | undefined {
  try {
    return parseJsonPath(`{${path}}`);
  } catch {
    return undefined;
  }
}

function cell(path: JsonPathTemplate, type: ColumnDefinition["type"], object: KubeObject, now: Instant): unknown {
  try {
    const value: unknown = findJsonPath(path, object, { allowMissingKeys: true })[0]?.[0];
    if (value === undefined || value === null) return null;
    if (type === "string") return executeJsonPath(path, object, { allowMissingKeys: true });
    return typed(value, type, now);
  } catch {
    return null;
  }
}

function typed(value: unknown, type: ColumnDefinition["type"], now: Instant): unknown {
  if (type === "integer") return typeof value === "number" ? Math.trunc(value) : null;
  if (type === "number") return typeof value === "number" ? value : null;
  if (type === "boolean") return typeof value === "boolean" ? value : null;
  if (typeof value !== "string") return null;
  const at = parseTime(value);
  return Number.isNaN(at) ? "<invalid>" : humanDuration(now - at);
}
