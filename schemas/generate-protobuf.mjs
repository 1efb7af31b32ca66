// Takes the field numbers of Kubernetes' protobuf messages out of a kubectl binary, which carries the descriptor of
// every .proto file gzipped, and writes what the decoder needs of them: one file a package of types, the JSON field
// of each number. Facts only: numbers and names.
//   node schemas/generate-protobuf.mjs PATH_TO_KUBECTL
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";

const here = path.dirname(fileURLToPath(import.meta.url));
const binary = process.argv[2];
if (!binary) throw new Error("usage: node schemas/generate-protobuf.mjs PATH_TO_KUBECTL");

/** Numbers of descriptor.proto. */
const FILE = { name: 1, package: 2, message: 4 };
const MESSAGE = { name: 1, field: 2 };
const FIELD = { name: 1, number: 3, type: 5, typeName: 6 };
const TYPE_MESSAGE = 11;

/** The fields of an encoded message, as [number, value]: numbers for varints, bytes for what has a length. */
function* fieldsOf(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * shift;
      if (!(byte & 128)) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield [number, varint()];
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = varint();
        yield [number, bytes.subarray(at, at + length)];
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        throw new Error("no descriptor");
    }
  }
}

const first = (bytes, wanted) => {
  for (const [number, value] of fieldsOf(bytes)) if (number === wanted) return value;
  return undefined;
};
const all = (bytes, wanted) => [...fieldsOf(bytes)].filter(([number]) => number === wanted).map(([, value]) => value);

/** Every gzip stream of the binary that is a .proto file of Kubernetes. */
function* descriptors(file) {
  const bytes = fs.readFileSync(file);
  const magic = Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0]);
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + magic.length)) {
    try {
      const options = { finishFlush: zlib.constants.Z_SYNC_FLUSH };
      const text = zlib.inflateRawSync(bytes.subarray(at + 10, at + 200_000), options);
      if (first(text, FILE.package)?.toString().startsWith("k8s.io.")) yield text;
    } catch {
      // some other gzip stream
    }
  }
}

/** "k8s.io.api.core.v1.Pod" → its fields: [number, name, message type or undefined] */
const messages = new Map();
for (const file of descriptors(binary)) {
  const prefix = first(file, FILE.package).toString();
  for (const message of all(file, FILE.message)) {
    const fields = all(message, MESSAGE.field).map((field) => [
      first(field, FIELD.number),
      first(field, FIELD.name).toString(),
      first(field, FIELD.type) === TYPE_MESSAGE ? first(field, FIELD.typeName).toString().slice(1) : undefined,
    ]);
    messages.set(`${prefix}.${first(message, MESSAGE.name)}`, fields);
  }
}

/** By number, from 1 on: the JSON name, what stands inline in JSON and has a message of its own here, or 0. */
function table(type, jsonNames) {
  const byLower = new Map(jsonNames.map((name) => [name.toLowerCase(), name]));
  const rows = [];
  for (const [number, name, message] of messages.get(type)) {
    const json = jsonNames.includes(name) ? name : byLower.get(name.toLowerCase());
    if (json !== undefined) rows[number - 1] = json;
    else if (message !== undefined && messages.has(message)) rows[number - 1] = table(message, jsonNames);
  }
  return Array.from(rows, (row) => row ?? 0);
}

for (const file of fs.readdirSync(here).filter((name) => /^[a-z]+_v\w+\.json$/.test(name))) {
  const lines = [];
  for (const [type, schema] of Object.entries(JSON.parse(fs.readFileSync(path.join(here, file), "utf8")))) {
    const message = type.replace(/^io\.k8s\./, "k8s.io.");
    if (schema.fields === undefined || !messages.has(message)) continue;
    lines.push(`${JSON.stringify(type)}:${JSON.stringify(table(message, Object.keys(schema.fields)))}`);
  }
  if (lines.length > 0) fs.writeFileSync(path.join(here, `protobuf-${file}`), `{\n${lines.join(",\n")}\n}\n`);
}
