import { apiVersionOf, type JsonObject, parseApiVersion } from "../../machinery/object.ts";
import { decodeGo } from "../../machinery/schema/decode.ts";
import { encodeGo } from "../../machinery/schema/encode.ts";
import { createStructure } from "../../machinery/schema/structure.ts";
import type { Session } from "../session.ts";

/** The structure table's name of a built-in kind; undefined for custom resources. */
export async function typeOf(gvk: {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}): Promise<string | undefined> {
  const { catalog } = await import("../../kinds/catalog.ts");
  return catalog.find((d) => d.kind === gvk.kind && d.group === gvk.group && d.version === gvk.version)?.type;
}

/** Throws where kubectl's own program has no type for an object, as for custom resources. Mirrors runtime.Scheme's notRegistered error. */
export async function requireKnownKind({
  resource: { group, version, kind },
}: {
  readonly resource: { readonly group: string; readonly version: string; readonly kind: string };
}): Promise<void> {
  if ((await typeOf({ group, version, kind })) === undefined)
    throw notRegistered(kind, apiVersionOf({ group, version }));
}

const notRegistered = (kind: string, apiVersion: string): Error =>
  new Error(
    `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/scheme/scheme.go:28"`,
  );

/** A list that kubectl read with a typed client, as it prints it: kind before apiVersion, each item a Go struct. */
export async function typedList(session: Session, list: JsonObject): Promise<JsonObject> {
  const kind = String(list["kind"] ?? "").replace(/List$/, "");
  const apiVersion = list["apiVersion"];
  const items: JsonObject[] = [];
  // One after the other: the first loads what the others need.
  for (const item of list["items"] as readonly JsonObject[])
    items.push(await typedObject(session, { ...item, kind, apiVersion }));
  return { kind: list["kind"], apiVersion, metadata: list["metadata"] ?? {}, items };
}

/**
 * The object as kubectl prints what it generates: a Go struct, with its order of fields and its zero values
 * (`creationTimestamp: null`, `resources: {}`, `status: {}`). Throws the decoder's words where it does not fit its type.
 */
export async function typedObject(session: Session, object: JsonObject): Promise<JsonObject> {
  const gv = parseApiVersion(String(object["apiVersion"] ?? ""));
  const kind = String(object["kind"] ?? "");
  const type = await typeOf({ ...gv, kind });
  if (type === undefined) throw notRegistered(kind, String(object["apiVersion"]));
  const structure = createStructure(session.readSchema);
  const decoded = decodeGo(structure, type, object);
  if (decoded.error !== undefined) throw new Error(decoded.error);
  return encodeGo(structure, type, decoded.object);
}
