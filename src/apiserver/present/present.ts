import type { ApiRequest, ApiResponse } from "../../client/transport.ts";
import type { ResourceDefinition } from "../../kinds/definition.ts";
import { apiVersionOf, type JsonObject, type KubeObject } from "../../machinery/object.ts";
import { badRequest } from "../../machinery/status-error.ts";
import type { Instant } from "../../machinery/time.ts";
import { negotiate } from "../negotiate.ts";
import { queryText } from "../query.ts";
import { toPartial, toPartialList } from "./partial.ts";
import { type IncludeObject, loadTable, type TableOptions, toTable } from "./table.ts";

/** The answer that carries one object in the representation that the client asked for. */
export async function presentObject(
  request: ApiRequest,
  definition: ResourceDefinition,
  object: KubeObject,
  now: Instant,
  code = 200,
): Promise<ApiResponse> {
  const { as, version } = negotiate(request);
  if (as === "object" || isStatus(object)) return { kind: "object", code, body: object };
  if (as === "Table") {
    const { resourceVersion } = object.metadata;
    const body = toTable(
      await loadTable(definition),
      [object],
      resourceVersion === undefined ? {} : { resourceVersion },
      tableOptions(request, version),
      now,
    );
    return { kind: "object", code, body };
  }
  return { kind: "object", code, body: toPartial(object, version) };
}

const isStatus = (object: JsonObject): boolean => object.kind === "Status" && object.apiVersion === "v1";

/** The answer that carries a list. */
export async function presentList(
  request: ApiRequest,
  definition: ResourceDefinition,
  objects: readonly KubeObject[],
  metadata: JsonObject,
  now: Instant,
): Promise<ApiResponse> {
  const { as, version } = negotiate(request);
  if (as === "object") return { kind: "object", code: 200, body: toList(definition, objects, metadata) };
  const body =
    as === "Table"
      ? toTable(await loadTable(definition), objects, metadata, tableOptions(request, version), now)
      : toPartialList(objects, metadata, version);
  return { kind: "object", code: 200, body };
}

/** The kind's own list. */
export function toList(
  definition: ResourceDefinition,
  objects: readonly KubeObject[],
  metadata: JsonObject,
): JsonObject {
  return {
    kind: definition.listKind ?? `${definition.kind}List`,
    apiVersion: apiVersionOf(definition),
    metadata,
    items: objects,
  };
}

/** includeObject of the query; throws BadRequest for a policy that there is not. */
export function tableOptions(request: ApiRequest, version: string): TableOptions {
  const include = queryText(request, "includeObject") || "Metadata";
  if (include !== "None" && include !== "Metadata" && include !== "Object")
    throw badRequest(`unrecognized includeObject value: "${include}"`);
  return { version, includeObject: include satisfies IncludeObject };
}
