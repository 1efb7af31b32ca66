import type { JsonObject } from "../../../machinery/object.ts";
import type { Session } from "../../session.ts";

async function keyOf(session: Session, kind: "configmaps" | "secrets", ref: JsonObject, namespace: string) {
  const client = await session.client();
  const object = await client.get<JsonObject>({ group: "", version: "v1", resource: kind, namespace }, ref["name"]);
  const data = object["data"] ?? {};
  const what = kind === "secrets" ? "secret" : "config map";
  if (!Object.hasOwn(data, ref["key"])) throw new Error(`key ${ref["key"]} not found in ${what} ${ref["name"]}`);
  return kind === "secrets" ? Buffer.from(data[ref["key"]], "base64").toString("utf8") : String(data[ref["key"]]);
}

function fieldOf(object: JsonObject, path: string): string {
  const map = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (map !== null) return object["metadata"]?.[map[1]!]?.[map[2]!] ?? "";
  const { metadata = {} } = object;
  if (path === "metadata.name") return metadata.name ?? "";
  if (path === "metadata.namespace") return metadata.namespace ?? "";
  if (path === "metadata.uid") return metadata.uid ?? "";
  if (path === "metadata.labels" || path === "metadata.annotations")
    return Object.entries(metadata[path.slice("metadata.".length)] ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
      .join("\n");
  throw new Error(`unsupported fieldPath: ${path}`);
}

function resourceOf(container: JsonObject, spec: JsonObject, ref: JsonObject): string {
  const owner =
    ref["containerName"] === undefined
      ? container
      : (spec["containers"] ?? []).find((c: JsonObject) => c["name"] === ref["containerName"]);
  if (owner === undefined) throw new Error(`container ${ref["containerName"]} not found`);
  const [kind, name] = String(ref["resource"]).split(".");
  if (kind !== "limits" && kind !== "requests") throw new Error(`unsupported container resource : ${ref["resource"]}`);
  return String(owner["resources"]?.[kind]?.[name ?? ""] ?? "0");
}

/** The value that a variable's source has now. Throws where it has none. Mirrors envutil.GetEnvVarRefValue. */
export async function resolveSource(
  session: Session,
  from: JsonObject,
  place: {
    readonly namespace: string;
    readonly object: JsonObject;
    readonly spec: JsonObject;
    readonly container: JsonObject;
  },
): Promise<string> {
  if (from["secretKeyRef"]) return keyOf(session, "secrets", from["secretKeyRef"], place.namespace);
  if (from["configMapKeyRef"]) return keyOf(session, "configmaps", from["configMapKeyRef"], place.namespace);
  if (from["fieldRef"]) return fieldOf(place.object, from["fieldRef"].fieldPath);
  if (from["resourceFieldRef"]) return resourceOf(place.container, place.spec, from["resourceFieldRef"]);
  throw new Error("invalid valueFrom");
}
