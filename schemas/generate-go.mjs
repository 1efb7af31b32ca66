// Writes go-*.json: how Go declares the API's structs (order of fields, Go types, omitempty), read off the run-time
// type information of a Linux amd64 kubectl binary of the same version, for the structs that the structure names.
// Packages that kubectl does not link (apiextensions, apiregistration) are kept as they are.
//   node schemas/generate-go.mjs PATH_TO_KUBECTL
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
if (!process.argv[2]) throw new Error("usage: node schemas/generate-go.mjs PATH_TO_KUBECTL");
const binary = fs.readFileSync(process.argv[2]);

const u64 = (at) => Number(binary.readBigUInt64LE(at));
const sections = new Map();
{
  const table = u64(0x28);
  const size = binary.readUInt16LE(0x3a);
  const header = (i) => table + i * size;
  const names = u64(header(binary.readUInt16LE(0x3e)) + 24);
  for (let i = 0; i < binary.readUInt16LE(0x3c); i++) {
    const start = names + binary.readUInt32LE(header(i));
    const name = binary.toString("latin1", start, binary.indexOf(0, start));
    sections.set(name, { address: u64(header(i) + 16), offset: u64(header(i) + 24), size: u64(header(i) + 32) });
  }
}
const types = sections.get(".rodata").address;
const offsetOf = (address) => {
  for (const s of sections.values())
    if (s.address > 0 && s.address <= address && address < s.address + s.size) return address - s.address + s.offset;
  throw new Error(`address ${address.toString(16)} is in no section`);
};
const pointer = (address) => u64(offsetOf(address));

function readText(at) {
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = binary[at++];
    length |= (byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) return { text: binary.toString("utf8", at, at + length), end: at + length };
  }
}
/** reflect's name: flags, text, and the tag where there is one. */
function readName(address) {
  const at = offsetOf(address);
  const { text, end } = readText(at + 1);
  return { text, tag: binary[at] & 2 ? readText(end).text : "", embedded: (binary[at] & 8) !== 0 };
}

const ARRAY = 17;
const CHAN = 18;
const MAP = 21;
const POINTER = 22;
const SLICE = 23;
const STRUCT = 25;

/** runtime.abi.Type: its text and kind. */
function readType(address) {
  const at = offsetOf(address);
  const flags = binary[at + 20];
  const { text } = readName(types + binary.readInt32LE(at + 40));
  return { text: flags & 2 ? text.slice(1) : text, kind: binary[at + 23] & 31, named: (flags & 4) !== 0 };
}
const fieldsOf = (address) =>
  Array.from({ length: pointer(address + 64) }, (_, i) => {
    const at = pointer(address + 56) + 24 * i;
    return { ...readName(pointer(at)), type: pointer(at + 8) };
  });
const packageOf = (address) => readName(types + binary.readInt32LE(offsetOf(address + 80))).text;

const structs = new Map();
function collect(root) {
  const queue = [root];
  for (let address = queue.pop(); address !== undefined; address = queue.pop()) {
    if (seen.has(address)) continue;
    seen.add(address);
    const type = readType(address);
    if ([POINTER, SLICE, ARRAY, CHAN].includes(type.kind)) queue.push(pointer(address + 48));
    else if (type.kind === MAP) queue.push(pointer(address + 48), pointer(address + 56));
    else if (type.kind === STRUCT) {
      queue.push(...fieldsOf(address).map((f) => f.type));
      if (type.named) structs.set(`${packageOf(address)}.${type.text.split(".").pop()}`, address);
    }
  }
}
const seen = new Set();
const links = sections.get(".typelink");
for (let i = 0; i < links.size; i += 4) collect(types + binary.readInt32LE(links.offset + i));

/** The rows of a struct: `name type`, with "!" in front of what is written even when empty. Inlined structs are part of it. */
function rowsOf(address) {
  return fieldsOf(address).flatMap(({ text, tag, embedded, type }) => {
    const [name, ...options] = (/json:"([^"]*)"/.exec(tag)?.[1] ?? "").split(",");
    if (name === "-") return [];
    const { text: typeText, kind } = readType(type);
    if (embedded && name === "") return rowsOf(kind === POINTER ? pointer(type + 48) : type);
    const always = !options.includes("omitempty") || kind === STRUCT;
    return [`${always ? "!" : ""}${name || text} ${typeText}`];
  });
}

/** "io.k8s.api.core.v1.Pod" → "k8s.io/api/core/v1.Pod" */
function goPath(type) {
  const parts = type.split(".").slice(2);
  const root = parts.shift();
  return `k8s.io/${root}/${parts.slice(0, -1).join("/")}.${parts.at(-1)}`;
}

for (const file of fs.readdirSync(here).filter((f) => /^[a-z]+_v\d\w*\.json$/.test(f))) {
  const declared = JSON.parse(fs.readFileSync(path.join(here, file), "utf8"));
  const lines = [];
  for (const [type, schema] of Object.entries(declared)) {
    const address = schema.fields && structs.get(goPath(type));
    if (!address) continue;
    const rows = rowsOf(address);
    const names = rows.map((r) => /^!?(\S+)/.exec(r)[1]).sort();
    if (names.join() !== Object.keys(schema.fields).sort().join()) throw new Error(`${type}: fields differ: ${names}`);
    lines.push(`${JSON.stringify(type)}:${JSON.stringify(rows)}`);
  }
  if (lines.length > 0) fs.writeFileSync(path.join(here, `go-${file}`), `{\n${lines.join(",\n")}\n}\n`);
}
