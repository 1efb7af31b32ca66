import type { ResourceDefinition } from "../../kinds/definition.ts";
import type { JsonObject } from "../../machinery/object.ts";
import type { Dialect, Docs } from "./schemas.ts";

const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
/** Any kind's descriptions of apiVersion, kind and metadata do; this one has them all. */
const LIKE = "io.k8s.api.core.v1.ConfigMap";

/** "com.example.stable.v1.CronTab": how a custom resource's schema is called. */
export const customSchemaName = ({ group, version, kind }: ResourceDefinition): string =>
  `${group.split(".").reverse().join(".")}.${version}.${kind}`;

/** The schema of a custom resource, completed by what all objects have. Mirrors apiextensions-apiserver/pkg/controller/openapi/builder. */
export function customSchema(definition: ResourceDefinition, docs: Docs, dialect: Dialect): JsonObject {
  const { group, version, kind } = definition;
  const own = definition.schema ?? {};
  const said = docs(LIKE);
  const described = (field: string): JsonObject => (said?.[field] === undefined ? {} : { description: said[field] });
  const $ref = dialect === "v2" ? `#/definitions/${OBJECT_META}` : `#/components/schemas/${OBJECT_META}`;
  return {
    ...own,
    type: "object",
    properties: {
      apiVersion: { ...described("apiVersion"), type: "string" },
      kind: { ...described("kind"), type: "string" },
      metadata: { ...(dialect === "v2" ? { $ref } : { allOf: [{ $ref }] }), ...described("metadata") },
      ...withoutMeta(own.properties),
    },
    "x-kubernetes-group-version-kind": [{ group, kind, version }],
  };
}

function withoutMeta(properties: JsonObject | undefined): JsonObject {
  const { apiVersion: _a, kind: _k, metadata: _m, ...own } = properties ?? {};
  return own;
}
