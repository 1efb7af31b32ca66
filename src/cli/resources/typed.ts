import { type JsonObject, parseApiVersion } from "../../machinery/object.ts";
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

/**
 * The object as kubectl prints what it generates: a Go struct, with its order of fields and its zero values
 * (`creationTimestamp: null`, `resources: {}`, `status: {}`). Throws the decoder's words where it does not fit its type.
 */
export async function typedObject(session: Session, object: JsonObject): Promise<JsonObject> {
  const gv = parseApiVersion(String(object["apiVersion"] ?? ""));
  const kind = String(object["kind"] ?? "");
  const type = await typeOf({ ...gv, kind });
  if (type === undefined)
    throw new Error(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(object["apiVersion"])} in scheme "pkg/scheme/scheme.go:28"`,
    );
  const structure = createStructure(session.readSchema);
  const decoded = decodeGo(structure, type, object);
  if (decoded.error !== undefined) throw new Error(decoded.error);
  return encodeGo(structure, type, decoded.object);
}
