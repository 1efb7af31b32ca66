import type { ApiRequest } from "../client/transport.ts";
import { StatusError } from "../machinery/status-error.ts";

/** How the client wants the answer. */
export interface Representation {
  /** Table and PartialObjectMetadata(List) of meta.k8s.io, or the object as it is. */
  readonly as: "object" | "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList";
  /** The version of meta.k8s.io. */
  readonly version: string;
}

/** One clause of an Accept header, parameters by lower-case name. */
export interface AcceptClause {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const PLAIN: Representation = { as: "object", version: "v1" };
const TRANSFORMS = new Set(["Table", "PartialObjectMetadata", "PartialObjectMetadataList"]);

/** The clauses of an Accept header, best first (by q, then as written). */
export function parseAccept(accept: string | undefined): readonly AcceptClause[] {
  const clauses = (accept ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const [type = "", ...rest] = part.split(";").map((p) => p.trim());
      const parameters: Record<string, string> = {};
      for (const p of rest) {
        const equals = p.indexOf("=");
        if (equals > 0) parameters[p.slice(0, equals).toLowerCase()] = p.slice(equals + 1);
      }
      return { type: type.toLowerCase(), parameters };
    });
  const weight = (c: AcceptClause): number => (c.parameters["q"] === undefined ? 1 : Number(c.parameters["q"]) || 0);
  return clauses.sort((a, b) => weight(b) - weight(a));
}

const isJson = (type: string): boolean => type === "application/json" || type === "application/*" || type === "*/*";
const isYaml = (type: string): boolean => type === "application/yaml";

/** The first clause that this server can satisfy; throws 406 where there is none. Mirrors endpoints/handlers/negotiation. */
export function negotiate(request: ApiRequest): Representation {
  const accept = request.headers?.["accept"];
  if (accept === undefined || accept === "") return PLAIN;
  for (const { type, parameters } of parseAccept(accept)) {
    if (!isJson(type) && !isYaml(type)) continue;
    const as = parameters["as"];
    if (as === undefined) return PLAIN;
    const version = parameters["v"] ?? "";
    if (TRANSFORMS.has(as) && parameters["g"] === "meta.k8s.io" && (version === "v1" || version === "v1beta1"))
      return { as: as as Representation["as"], version };
  }
  throw notAcceptable();
}

function notAcceptable(): StatusError {
  return new StatusError({
    message: "only the following media types are accepted: application/json, application/yaml",
    reason: "NotAcceptable",
    code: 406,
  });
}

/** Whether the client prefers YAML to JSON, which the HTTPS listener then writes. */
export function prefersYaml(request: ApiRequest): boolean {
  const first = parseAccept(request.headers?.["accept"]).find((c) => isJson(c.type) || isYaml(c.type));
  return first !== undefined && isYaml(first.type);
}
