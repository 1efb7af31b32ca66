import { sortedKeys } from "../codec/go-text.ts";
import { deepCopy, type JsonObject } from "../object.ts";
import { type Decoded, vanishes } from "./decode.ts";
import { decodeScalar } from "./decode-scalar.ts";
import { type GoType, structPlan } from "./go-plan.ts";
import { isObject, setKey } from "./json-value.ts";
import type { Structure } from "./structure.ts";

interface State {
  readonly structure: Structure;
  readonly unknown: string[];
}

/** What ends the conversion: there is no second error. */
class ConversionError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/**
 * Converts a decoded map to the Go type `type`, as an apiserver does with the outcome of a strategic merge patch:
 * the same result as decodeGo's, other words for what does not fit (`unrecognized type: int32`). Unknown fields are
 * sorted by text. Mirrors apimachinery/pkg/runtime/converter.go FromUnstructuredWithValidation.
 */
export function fromUnstructured(structure: Structure, type: string, value: JsonObject): Decoded {
  const plan = structPlan(structure, type);
  if (plan === undefined) throw new Error(`no struct ${type} in the structure`);
  const state: State = { structure, unknown: [] };
  try {
    const root: GoType = { kind: "struct", pointer: false, text: plan.text, struct: type };
    return { object: convert(state, root, value, "") as JsonObject, unknown: state.unknown.sort() };
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    return { object: {}, error: error.message, unknown: [] };
  }
}

/** reflect.Kind's name of a decoded value. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "slice";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  if (typeof value === "boolean") return "bool";
  return typeof value === "string" ? "string" : "map";
}

function convert(state: State, type: GoType, value: unknown, path: string): unknown {
  if (value === null || value === undefined) return undefined;
  switch (type.kind) {
    case "struct":
      if (!isObject(value)) throw new ConversionError(`cannot restore struct from: ${kindOf(value)}`);
      return convertStruct(state, type.struct!, value, path);
    case "map":
      if (!isObject(value)) throw new ConversionError(`cannot restore map from ${kindOf(value)}`);
      return convertMap(state, type.element!, value, path);
    case "slice":
      if (!Array.isArray(value)) throw new ConversionError(`cannot restore slice from ${kindOf(value)}`);
      return value.map((item, i) => convert(state, type.element!, item, `${path}[${i}]`) ?? zero(state, type.element!));
    case "any":
    case "raw":
      return deepCopy(value);
    default:
      return convertScalar(type, value);
  }
}

const zero = (state: State, type: GoType): unknown =>
  type.kind === "struct" && !type.pointer
    ? convertStruct(state, type.struct!, {}, "")
    : type.kind === "string"
      ? ""
      : null;

function convertStruct(state: State, name: string, value: JsonObject, path: string): JsonObject {
  const plan = structPlan(state.structure, name)!;
  const below = (key: string): string => (path === "" ? key : `${path}.${key}`);
  const converted: JsonObject = {};
  for (const field of plan.fields) {
    if (!Object.hasOwn(value, field.name)) continue;
    const item = convert(state, field, value[field.name], below(field.name));
    if (item !== undefined && !vanishes(field, item)) converted[field.name] = item;
  }
  for (const [key, empty] of plan.always) converted[key] ??= empty;
  for (const key of Object.keys(value)) if (!plan.byName.has(key)) state.unknown.push(`unknown field "${below(key)}"`);
  return converted;
}

/** Keys of maps are no part of the paths that upstream reports. */
function convertMap(state: State, element: GoType, value: JsonObject, path: string): JsonObject {
  const converted: JsonObject = {};
  for (const key of sortedKeys(value))
    setKey(converted, key, convert(state, element, value[key], path) ?? zero(state, element));
  return converted;
}

const basic: Readonly<Partial<Record<GoType["kind"], string>>> = {
  bool: "bool",
  float64: "float64",
  int32: "int32",
  int64: "int64",
  string: "string",
};

function convertScalar(type: GoType, value: unknown): unknown {
  const kind = basic[type.kind];
  if (kind !== undefined) return convertBasic(type, kind, value);
  if (type.kind === "bytes" && typeof value !== "string" && !Array.isArray(value))
    throw new ConversionError(`cannot restore slice from ${kindOf(value)}`);
  const outcome = decodeScalar(type, value);
  if ("value" in outcome) return outcome.value;
  if ("saved" in outcome) throw new ConversionError(`error decoding from json: ${outcome.saved}`);
  if ("mismatch" in outcome) throw new ConversionError(`unrecognized type: ${type.kind}`);
  const { fatal, wanted } = outcome;
  throw new ConversionError(
    wanted === undefined ? fatal : `json: cannot unmarshal ${fatal} into Go value of type ${wanted}`,
  );
}

/** Go converts between numbers, and from int64 to string in a way that JSON must not: that has words of its own. */
function convertBasic(type: GoType, kind: string, value: unknown): unknown {
  const from = kindOf(value);
  if (from === kind) return value;
  if (from === "int64" && kind === "int32") return Number(BigInt.asIntN(32, BigInt(value as number)));
  if (from === "int64" && kind === "float64") return value;
  const convertible = (from === "int64" && kind === "string") || (from === "float64" && kind.startsWith("int"));
  throw new ConversionError(convertible ? `cannot convert ${from} to ${type.text}` : `unrecognized type: ${kind}`);
}
