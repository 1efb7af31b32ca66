import { type JsonObject, parseApiVersion } from "../../../machinery/object.ts";
import type { Session } from "../../session.ts";

/** Throws what url.ParseRequestURI says of an escape that is none. */
function unescapePath(text: string, raw: string): string {
  const wrong = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text)?.[0];
  if (wrong !== undefined)
    throw new Error(
      `--raw must be a valid URL path: parse ${JSON.stringify(raw)}: invalid URL escape ${JSON.stringify(wrong)}`,
    );
  try {
    return decodeURIComponent(text);
  } catch {
    return Buffer.from(
      text.replace(/%([0-9a-fA-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
      "latin1",
    ).toString("utf8");
  }
}

function parseQuery(text: string, raw: string): Record<string, string[]> {
  const query: Record<string, string[]> = {};
  for (const pair of text.split("&").filter((p) => p !== "")) {
    const equals = pair.indexOf("=");
    const [key, value] = equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
    const decode = (s: string): string => unescapePath(s.replaceAll("+", " "), raw);
    const list = Object.hasOwn(query, decode(key)) ? query[decode(key)]! : [];
    list.push(decode(value));
    Object.defineProperty(query, decode(key), { value: list, enumerable: true, configurable: true, writable: true });
  }
  return query;
}

/** `kubectl get --raw`: one GET, its body as it came. */
export async function getRaw(session: Session, raw: string): Promise<void> {
  const uri = raw.replace(/^https?:\/\/[^/]*/, "");
  const question = uri.indexOf("?");
  const path = unescapePath(question < 0 ? uri : uri.slice(0, question), raw);
  const client = await session.client();
  const response = await client.request({
    method: "GET",
    path,
    query: question < 0 ? {} : parseQuery(uri.slice(question + 1), raw),
    headers: { accept: "application/json, */*" },
    signal: session.signal,
  });
  const { stdout } = session.streams;
  if (response.kind === "text") stdout.write(response.body);
  else if (response.kind === "object") stdout.write(await wireText(session, path, response.body));
  else if (response.kind === "stream")
    for await (const frame of response.frames)
      stdout.write(
        typeof frame === "string" || frame instanceof Uint8Array ? frame : await wireText(session, path, frame),
      );
  else throw new Error("the server answered with a stream that --raw cannot show");
}

/** An object as a server writes it: one line, in the order of Go's structs; the version is indented. */
async function wireText(session: Session, path: string, body: JsonObject): Promise<string> {
  const { compactJson, toJson } = await import("../../../machinery/codec/json.ts");
  if (path === "/version" || path === "/") return toJson(body, { sortKeys: false, indent: "  " }).trimEnd();
  return `${compactJson(await inGoOrder(session, body), { sortKeys: false })}\n`;
}

async function inGoOrder(session: Session, body: JsonObject): Promise<JsonObject> {
  const { typeOf } = await import("../../resources/typed.ts");
  const kind = String(body["kind"] ?? "");
  const type = await typeOf({ ...parseApiVersion(String(body["apiVersion"] ?? "")), kind });
  if (type === undefined) return body;
  const [{ encodeGo }, { createStructure }] = await Promise.all([
    import("../../../machinery/schema/encode.ts"),
    import("../../../machinery/schema/structure.ts"),
  ]);
  return encodeGo(createStructure(session.readSchema), type, body);
}
