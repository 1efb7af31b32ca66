import { compareGoStrings } from "../codec/go-text.ts";
import { deepCopy, type JsonObject } from "../object.ts";
import { decodeScalar } from "./decode-scalar.ts";
import { type GoType, type PlannedField, type StructPlan, structPlan } from "./go-plan.ts";
import { isObject, jsonTypeName, setKey } from "./json-value.ts";
import { type Structure, shortName } from "./structure.ts";

/** What decoding came to. */
export interface Decoded {
  /** What Go would hold: unknown fields, nulls and zero values that omitempty would not write are gone, quantities and times are canonical. */
  readonly object: JsonObject;
  /** Go's error, which every validation mode refuses: `json: cannot unmarshal …`, a quantity's or time's own. */
  readonly error?: string;
  /** `unknown field "spec.image"`, in the order of sorted keys: refused when strict, warned of otherwise. */
  readonly unknown: readonly string[];
}

/** Where in the value decoding is. `owner` is the Go struct that errors name, `field` the fields that led here, without indices. */
interface Place {
  readonly owner: string;
  readonly field: string;
  readonly path: string;
}

interface State {
  readonly structure: Structure;
  readonly sorted: boolean;
  readonly unknown: string[];
  error: string | undefined;
}

/** What ends decoding at once: the error of a type's own UnmarshalJSON. */
class DecodeAbort {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

const maxUnknown = 100;

/**
 * Decodes a JSON value as the Go type `type` of the structure. Mirrors encoding/json and sigs.k8s.io/json
 * UnmarshalStrict; duplicate keys are gone by now, see {@link duplicateFields} of json-text.ts.
 */
export function decodeGo(structure: Structure, type: string, value: unknown): Decoded {
  const plan = structPlan(structure, type);
  if (plan === undefined) throw new Error(`no struct ${type} in the structure`);
  const root: GoType = { kind: "struct", pointer: false, text: plan.text, struct: type };
  return decodeRoot(structure, root, value, { owner: "", field: "", path: "" });
}

/**
 * Go's error for an object whose metadata does not fit ObjectMeta, which kubectl's reading of manifests looks at
 * before anything else. Mirrors cli-runtime's metadataValidatingDecoder.
 */
export function metadataError(structure: Structure, object: JsonObject): string | undefined {
  const type = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
  if (!Object.hasOwn(object, "metadata") || object["metadata"] === null) return undefined;
  const root: GoType = { kind: "struct", pointer: false, text: "v1.ObjectMeta", struct: type };
  const place = { owner: "metadataOnlyObject", field: "metadata", path: "metadata" };
  return decodeRoot(structure, root, object["metadata"], place).error;
}

/** The text of a strict decoder's refusal. Mirrors runtime.NewStrictDecodingError. */
export function strictDecodingError(errors: readonly string[]): string {
  return `strict decoding error: ${errors.join(", ")}`;
}

function decodeRoot(structure: Structure, root: GoType, value: unknown, place: Place): Decoded {
  const first = run(structure, root, value, place, false);
  // A Go client writes keys sorted, so that is the order in which a server finds what is wrong.
  return first.error === undefined && first.unknown.length === 0 ? first : run(structure, root, value, place, true);
}

function run(structure: Structure, root: GoType, value: unknown, place: Place, sorted: boolean): Decoded {
  const state: State = { structure, sorted, unknown: [], error: undefined };
  let object: unknown;
  try {
    object = decodeValue(state, root, value, place);
  } catch (abort) {
    if (!(abort instanceof DecodeAbort)) throw abort;
    state.error = abort.message;
  }
  return { object: isObject(object) ? object : {}, error: state.error, unknown: state.unknown };
}

/** The decoded value; undefined for null and where it does not fit. */
function decodeValue(state: State, type: GoType, value: unknown, place: Place): unknown {
  if (value === null || value === undefined) return undefined;
  switch (type.kind) {
    case "struct":
      if (isObject(value)) return decodeStruct(state, type, value, place);
      return mismatch(state, jsonTypeName(value), type, place);
    case "map":
      if (isObject(value)) return decodeMap(state, type.element!, value, place);
      return mismatch(state, jsonTypeName(value), type, place);
    case "slice":
      if (Array.isArray(value)) return decodeSlice(state, type.element!, value, place);
      return mismatch(state, jsonTypeName(value), type, place);
    case "any":
    case "raw":
      return deepCopy(value);
    default: {
      const outcome = decodeScalar(type, value);
      if ("value" in outcome) return outcome.value;
      if ("mismatch" in outcome) return mismatch(state, outcome.mismatch, type, place);
      if ("fatal" in outcome)
        throw new DecodeAbort(
          outcome.wanted === undefined ? outcome.fatal : mismatchText(outcome.fatal, outcome.wanted, place),
        );
      state.error ??= outcome.saved;
      return undefined;
    }
  }
}

function mismatch(state: State, found: string, type: GoType, place: Place): undefined {
  state.error ??= mismatchText(found, type.text, place);
}

function mismatchText(found: string, wanted: string, place: Place): string {
  const into = place.owner === "" ? "Go value" : `Go struct field ${place.owner}.${place.field}`;
  return `json: cannot unmarshal ${found} into ${into} of type ${wanted}`;
}

const keysOf = (state: State, value: JsonObject): string[] =>
  state.sorted ? Object.keys(value).sort(compareGoStrings) : Object.keys(value);

function decodeStruct(state: State, type: GoType, value: JsonObject, place: Place): JsonObject {
  const plan = structPlan(state.structure, type.struct!)!;
  const decoded: JsonObject = {};
  for (const key of keysOf(state, value)) {
    const field = plan.byName.get(key);
    if (field === undefined) {
      if (state.unknown.length < maxUnknown)
        state.unknown.push(`unknown field ${JSON.stringify(join(place.path, key))}`);
      continue;
    }
    const item = decodeValue(state, field, value[key], inside(plan, place, key));
    if (item !== undefined && !vanishes(field, item)) decoded[key] = item;
  }
  // Whoever reads the object may rely on the strings and quantities that Go always has.
  for (const [name, zero] of plan.always) decoded[name] ??= zero;
  return decoded;
}

const join = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);
const inside = (plan: StructPlan, place: Place, key: string): Place => ({
  owner: shortName(plan.name),
  field: join(place.field, key),
  path: join(place.path, key),
});

/** Whether Go cannot tell the value from an absent one: what omitempty leaves out. */
export function vanishes(field: PlannedField, value: unknown): boolean {
  if (field.pointer || !field.omitEmpty) return false;
  if (value === "" || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return field.kind === "map" && Object.keys(value as JsonObject).length === 0;
}

function decodeMap(state: State, element: GoType, value: JsonObject, place: Place): JsonObject {
  const decoded: JsonObject = {};
  for (const key of keysOf(state, value)) {
    const item = decodeValue(state, element, value[key], { ...place, path: join(place.path, key) });
    setKey(decoded, key, item === undefined ? zeroElement(state, element) : item);
  }
  return decoded;
}

function decodeSlice(state: State, element: GoType, value: readonly unknown[], place: Place): unknown[] {
  return value.map((item, i) => {
    const decoded = decodeValue(state, element, item, { ...place, path: `${place.path}[${i}]` });
    return decoded === undefined ? zeroElement(state, element) : decoded;
  });
}

/** What an element of a slice or map holds that was null, or did not fit. */
function zeroElement(state: State, type: GoType): unknown {
  if (type.pointer) return null;
  if (type.kind === "struct") return decodeStruct(state, type, {}, { owner: "", field: "", path: "" });
  if (type.kind === "string" || type.kind === "bytes") return "";
  if (type.kind === "bool") return false;
  if (type.kind === "quantity") return "0";
  return type.kind === "int32" || type.kind === "int64" || type.kind === "float64" || type.kind === "intOrString"
    ? 0
    : null;
}
