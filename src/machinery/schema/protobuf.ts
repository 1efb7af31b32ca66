import { bytesOf, integerOf, packedIntegers, textOf, type WireField, wireFields } from "../codec/protobuf-wire.ts";
import type { JsonObject } from "../object.ts";
import { vanishes } from "./decode.ts";
import { type GoType, type PlannedField, structPlan } from "./go-plan.ts";
import { setKey } from "./json-value.ts";
import { fileOfType, type Structure } from "./structure.ts";

/** By field number less one: a JSON name, the table of what JSON has inline, or 0. */
type NumberTable = readonly (string | 0 | NumberTable)[];

/** Decodes the protobuf messages of the API's types into the JSON that a client could have sent instead. */
export interface ProtobufDecoder {
  /** The object behind Kubernetes' envelope, apiVersion and kind included. Throws an Error for what is none. */
  decode(bytes: Uint8Array): JsonObject;
}

/** What every body begins with: "k8s" and a zero byte. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00];
const UNKNOWN = { typeMeta: 1, raw: 2 };
const TYPE_META = { apiVersion: 1, kind: 2 };
const META = "io.k8s.apimachinery.pkg.apis.meta.v1.";

/** No type has a message: the client could not have sent it to a real server either. */
export class NoMessageError extends Error {
  constructor(apiVersion: string, kind: string) {
    super(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} with a protobuf form`,
    );
    this.name = "NoMessageError";
  }
}

const decoders = new WeakMap<Structure, ProtobufDecoder>();

/** The decoder of a structure, which reads the field numbers of protobuf-*.json through `read`. Mirrors apimachinery/pkg/runtime/serializer/protobuf. */
export function protobufDecoder(structure: Structure, read: (file: string) => string): ProtobufDecoder {
  let decoder = decoders.get(structure);
  if (decoder === undefined) {
    decoder = createProtobufDecoder(structure, read);
    decoders.set(structure, decoder);
  }
  return decoder;
}

function createProtobufDecoder(structure: Structure, read: (file: string) => string): ProtobufDecoder {
  const files = new Map<string, Readonly<Record<string, NumberTable>>>();
  const tableOf = (type: string): NumberTable | undefined => {
    const file = `protobuf-${fileOfType(type)}.json`;
    let tables = files.get(file);
    if (tables === undefined) {
      tables = readTables(read, file);
      files.set(file, tables);
    }
    return Object.hasOwn(tables, type) ? tables[type] : undefined;
  };
  const context: Context = { structure, tableOf };
  return {
    decode(bytes) {
      if (MAGIC.some((byte, i) => bytes[i] !== byte))
        throw new Error("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
      const envelope = bytes.subarray(MAGIC.length);
      const typeMeta = bytesOf(envelope, UNKNOWN.typeMeta);
      const apiVersion = textOf(bytesOf(typeMeta, TYPE_META.apiVersion));
      const kind = textOf(bytesOf(typeMeta, TYPE_META.kind));
      const type = typeNames(apiVersion, kind).find((name) => tableOf(name) !== undefined);
      if (type === undefined) throw new NoMessageError(apiVersion, kind);
      return { ...decodeStruct(context, type, bytesOf(envelope, UNKNOWN.raw)), apiVersion, kind };
    },
  };
}

function readTables(read: (file: string) => string, file: string): Readonly<Record<string, NumberTable>> {
  let text: string;
  try {
    text = read(file);
  } catch {
    return {}; // a group without messages
  }
  return JSON.parse(text) as Record<string, NumberTable>;
}

/** What the type of a kind may be called: that of its group, or one of meta/v1 that every group has (DeleteOptions). */
function typeNames(apiVersion: string, kind: string): string[] {
  if (!/^[A-Za-z0-9]+$/.test(kind) || !/^[a-z0-9./-]+$/.test(apiVersion)) return [];
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "core" : apiVersion.slice(0, slash).split(".")[0];
  return [`io.k8s.api.${group}.${apiVersion.slice(slash + 1)}.${kind}`, `${META}${kind}`];
}

interface Context {
  readonly structure: Structure;
  tableOf(type: string): NumberTable | undefined;
}

function decodeStruct(context: Context, type: string, message: Uint8Array): JsonObject {
  const plan = structPlan(context.structure, type);
  const table = context.tableOf(type);
  if (plan === undefined || table === undefined) throw new Error(`proto: ${type} has no message`);
  const decoded: JsonObject = {};
  decodeFields(context, plan.byName, table, message, decoded);
  // Go's encoder of protobuf writes zero values too, those that JSON would leave out.
  for (const name of Object.keys(decoded)) {
    const field = plan.byName.get(name)!;
    if (decoded[name] === undefined || vanishes(field, decoded[name])) delete decoded[name];
  }
  return decoded;
}

function decodeFields(
  context: Context,
  fields: ReadonlyMap<string, PlannedField>,
  table: NumberTable,
  message: Uint8Array,
  into: JsonObject,
): void {
  for (const wire of wireFields(message)) {
    const row = table[wire.number - 1];
    if (typeof row === "string") addField(context, fields.get(row)!, wire, into);
    else if (row !== undefined && row !== 0) decodeFields(context, fields, row, needBytes(wire.value), into);
  }
}

function addField(context: Context, field: PlannedField, wire: WireField, into: JsonObject): void {
  if (field.kind === "slice") {
    into[field.name] ??= [];
    const list = into[field.name] as unknown[];
    const element = field.element!;
    if (element.kind === "int32" || element.kind === "int64") list.push(...packedIntegers(wire.value));
    else list.push(decodeValue(context, element, wire.value));
  } else if (field.kind === "map") {
    into[field.name] ??= {};
    const map = into[field.name] as JsonObject;
    addEntry(context, field.element!, needBytes(wire.value), map);
  } else into[field.name] = decodeValue(context, field, wire.value);
}

/** A map's entry is a message: 1 is the key, 2 the value. */
function addEntry(context: Context, element: GoType, entry: Uint8Array, into: JsonObject): void {
  let value: number | Uint8Array | undefined;
  for (const field of wireFields(entry)) if (field.number === 2) value = field.value;
  const empty = element.kind === "bool" || element.kind.startsWith("int") ? 0 : new Uint8Array();
  setKey(into, textOf(bytesOf(entry, 1)), decodeValue(context, element, value ?? empty));
}

function needBytes(value: number | Uint8Array): Uint8Array {
  if (typeof value === "number") throw new Error("proto: wrong wireType = 0 for a field with a length");
  return value;
}

function needInteger(value: number | Uint8Array): number {
  if (typeof value !== "number") throw new Error("proto: wrong wireType = 2 for an integer");
  return value;
}

function decodeValue(context: Context, type: GoType, value: number | Uint8Array): unknown {
  switch (type.kind) {
    case "bool":
      return needInteger(value) !== 0;
    case "int32":
      return needInteger(value) | 0;
    case "int64":
      return needInteger(value);
    case "float64":
      return readDouble(needBytes(value));
    default:
      return decodeBytes(context, type, needBytes(value));
  }
}

function decodeBytes(context: Context, type: GoType, bytes: Uint8Array): unknown {
  switch (type.kind) {
    case "struct":
      return decodeStruct(context, type.struct!, bytes);
    case "string":
      return textOf(bytes);
    case "bytes":
      return Buffer.from(bytes).toString("base64");
    case "quantity":
      return textOf(bytesOf(bytes, 1));
    case "intOrString":
      return integerOf(bytes, 1) === 0 ? integerOf(bytes, 2) | 0 : textOf(bytesOf(bytes, 3));
    case "time":
    case "microTime":
      return readTime(bytes, type.kind === "microTime");
    case "slice":
      // A list inside of a map or a list is a message whose only field are the items.
      return [...wireFields(bytes)].map((field) => decodeValue(context, type.element!, field.value));
    case "raw":
      return readRaw(bytes);
    default:
      throw new Error(`proto: no form for ${type.text}`);
  }
}

function readDouble(bytes: Uint8Array): number {
  if (bytes.length !== 8) throw new Error("unexpected EOF");
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
}

/** RFC 3339 of seconds and nanoseconds; undefined for Go's zero time, which is an empty message. */
function readTime(bytes: Uint8Array, micro: boolean): string | undefined {
  if (bytes.length === 0) return undefined;
  const date = new Date(integerOf(bytes, 1) * 1000);
  if (Number.isNaN(date.getTime())) throw new Error("proto: time out of range");
  const seconds = date.toISOString().slice(0, -5);
  if (!micro) return `${seconds}Z`;
  return `${seconds}.${String(Math.floor(integerOf(bytes, 2) / 1000)).padStart(6, "0")}Z`;
}

/** RawExtension and FieldsV1 carry JSON. */
function readRaw(bytes: Uint8Array): unknown {
  const text = textOf(bytesOf(bytes, 1));
  return text === "" ? undefined : JSON.parse(text);
}
