import type { JsonObject } from "../../machinery/object.ts";

/** What clients that read Swagger ask for, and how the answer is labelled. */
export const SWAGGER_PROTOBUF = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
export const SWAGGER_PROTOBUF_CONTENT = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/** A message being written: wire type 2 (lengths) and 0 (varints) are all that is needed. */
class Message {
  readonly #parts: Uint8Array[] = [];

  text(field: number, value: unknown): this {
    return typeof value === "string" && value !== "" ? this.bytes(field, Buffer.from(value)) : this;
  }

  texts(field: number, values: unknown): this {
    for (const value of Array.isArray(values) ? values : []) this.text(field, value);
    return this;
  }

  flag(field: number, value: unknown): this {
    if (value === true) this.#parts.push(varint(field * 8), varint(1));
    return this;
  }

  message(field: number, value: Message | undefined): this {
    return value === undefined ? this : this.bytes(field, value.encoded());
  }

  bytes(field: number, value: Uint8Array): this {
    this.#parts.push(varint(field * 8 + 2), varint(value.length), value);
    return this;
  }

  encoded(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** A value of any shape goes as YAML, and JSON is YAML. */
const any = (value: unknown): Message => new Message().text(2, JSON.stringify(value));
const named = (name: string, value: Message): Message => new Message().text(1, name).message(2, value);

function extensions(message: Message, field: number, object: JsonObject): Message {
  for (const name of Object.keys(object))
    if (name.startsWith("x-")) message.message(field, named(name, any(object[name])));
  return message;
}

/** The field numbers are those of gnostic's OpenAPIv2.proto. */
export function encodeSwagger(document: JsonObject): Uint8Array {
  const { title, version } = document["info"];
  const paths = new Message();
  for (const [path, item] of Object.entries(document["paths"] as JsonObject))
    paths.message(2, named(path, pathItem(item)));
  const definitions = new Message();
  for (const [name, schema] of Object.entries(document["definitions"] as JsonObject))
    definitions.message(1, named(name, schemaMessage(schema)));
  return new Message()
    .text(1, document["swagger"])
    .message(2, new Message().text(1, title).text(2, version))
    .message(8, paths)
    .message(9, definitions)
    .encoded();
}

const METHODS: Readonly<Record<string, number>> = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };

function pathItem(item: JsonObject): Message {
  const message = new Message();
  for (const method of Object.keys(METHODS))
    if (item[method] !== undefined) message.message(METHODS[method]!, operation(item[method]));
  for (const p of (item["parameters"] ?? []) as JsonObject[]) message.message(9, parameter(p));
  return message;
}

function operation(op: JsonObject): Message {
  const message = new Message().texts(1, op["tags"]).texts(7, op["consumes"]);
  for (const p of op["parameters"] as JsonObject[]) message.message(8, parameter(p));
  const responses = new Message();
  for (const [code, r] of Object.entries(op["responses"] as JsonObject)) responses.message(1, named(code, response(r)));
  return extensions(message.message(9, responses), 13, op);
}

/** ParametersItem over Parameter over NonBodyParameter, where query is 3 and path 4. */
function parameter(p: JsonObject): Message {
  const inPath = p["in"] === "path";
  const schema = new Message()
    .flag(1, p["required"])
    .text(2, p["in"])
    .text(4, p["name"])
    .text(inPath ? 5 : 6, p["type"])
    .flag(inPath ? 19 : 20, p["uniqueItems"]);
  return new Message().message(1, new Message().message(2, new Message().message(inPath ? 4 : 3, schema)));
}

function response(r: JsonObject): Message {
  const schema = r["schema"] === undefined ? undefined : new Message().message(1, schemaMessage(r["schema"]));
  return new Message().message(1, new Message().text(1, r["description"]).message(2, schema));
}

function schemaMessage(s: JsonObject): Message {
  const message = new Message()
    .text(1, s["$ref"])
    .text(2, s["format"])
    .text(4, s["description"])
    .message(5, s["default"] === undefined ? undefined : any(s["default"]))
    .texts(19, s["required"]);
  for (const value of (s["enum"] ?? []) as unknown[]) message.message(20, any(value));
  const additional = s["additionalProperties"];
  if (typeof additional === "object") message.message(21, new Message().message(1, schemaMessage(additional)));
  else if (additional === true) message.message(21, new Message().flag(2, true));
  if (typeof s["type"] === "string") message.message(22, new Message().text(1, s["type"]));
  if (s["items"] !== undefined) message.message(23, new Message().message(1, schemaMessage(s["items"])));
  if (s["properties"] !== undefined) {
    const properties = new Message();
    for (const [name, field] of Object.entries(s["properties"] as JsonObject))
      properties.message(1, named(name, schemaMessage(field)));
    message.message(25, properties);
  }
  return extensions(message, 31, s);
}
