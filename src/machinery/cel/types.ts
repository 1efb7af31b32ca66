/** What a type is; an "opaque" one is known by name alone, a "param" stands for a type yet to be found. */
export type CelKind =
  | "bool"
  | "bytes"
  | "double"
  | "duration"
  | "dyn"
  | "error"
  | "int"
  | "list"
  | "map"
  | "null"
  | "object"
  | "opaque"
  | "param"
  | "string"
  | "timestamp"
  | "type"
  | "uint";

/** A type of the Common Expression Language. */
export interface CelType {
  readonly kind: CelKind;
  /** The name that messages show. */
  readonly name: string;
  /** A list's elements; a map's keys and values; an optional's value. */
  readonly params: readonly CelType[];
  /** The type of an object's field. */
  readonly fieldOf?: (name: string) => CelType | undefined;
}

const simple = (kind: CelKind, name: string = kind): CelType => ({ kind, name, params: [] });

/** Types without parts. */
export const celTypes = {
  bool: simple("bool"),
  bytes: simple("bytes"),
  double: simple("double"),
  duration: simple("duration"),
  dyn: simple("dyn"),
  error: simple("error", "!error!"),
  int: simple("int"),
  null: simple("null"),
  string: simple("string"),
  timestamp: simple("timestamp"),
  uint: simple("uint"),
} as const;

export const listType = (of: CelType): CelType => ({ kind: "list", name: "list", params: [of] });
export const mapType = (key: CelType, value: CelType): CelType => ({ kind: "map", name: "map", params: [key, value] });
export const typeType = (of: CelType): CelType => ({ kind: "type", name: "type", params: [of] });
export const paramType = (name: string): CelType => simple("param", name);
export const opaqueType = (name: string, ...params: CelType[]): CelType => ({ kind: "opaque", name, params });
export const objectType = (name: string, fieldOf: (name: string) => CelType | undefined): CelType => ({
  kind: "object",
  name,
  params: [],
  fieldOf,
});

const optionalName = "optional_type";
export const optionalType = (of: CelType): CelType => opaqueType(optionalName, of);
/** What is in an optional; undefined for all other types. */
export const optionalValue = (type: CelType): CelType | undefined =>
  type.name === optionalName ? type.params[0] : undefined;

/** "list(int)", "map(string, dyn)". Mirrors cel-go checker.FormatCELType. */
export const formatCelType = (type: CelType): string =>
  type.params.length === 0 ? type.name : `${type.name}(${type.params.map(formatCelType).join(", ")})`;

/** What type parameters have been found to stand for. */
export type Bindings = Map<string, CelType>;

/** The type with its parameters replaced; those that are bound to nothing are dyn where `unbound` says so. */
export function substitute(bindings: Bindings, type: CelType, unbound = false): CelType {
  if (type.kind === "param") {
    const found = bindings.get(type.name);
    return found ? substitute(bindings, found, unbound) : unbound ? celTypes.dyn : type;
  }
  return type.params.length === 0
    ? type
    : { ...type, params: type.params.map((p) => substitute(bindings, p, unbound)) };
}

const isWild = (type: CelType): boolean => type.kind === "dyn" || type.kind === "error";

export const sameType = (a: CelType, b: CelType): boolean =>
  a.kind === b.kind &&
  a.name === b.name &&
  a.params.length === b.params.length &&
  a.params.every((p, i) => sameType(p, b.params[i]!));

const nullable: ReadonlySet<CelKind> = new Set(["object", "opaque", "duration", "timestamp", "null"]);

/** Whether each of `from` may stand where `to` is wanted; `bindings` grow where that is so, and stay where not. Mirrors cel-go checker.isAssignableList. */
export function areAssignable(bindings: Bindings, from: readonly CelType[], to: readonly CelType[]): boolean {
  if (from.length !== to.length) return false;
  const trial: Bindings = new Map(bindings);
  if (!from.every((type, i) => assign(trial, type, to[i]!))) return false;
  for (const [name, type] of trial) bindings.set(name, type);
  return true;
}

function assign(bindings: Bindings, a: CelType, b: CelType): boolean {
  if (b.kind === "param") {
    const known = bindings.has(b.name);
    if (bind(bindings, a, b)) return true;
    if (known) return false;
  }
  if (a.kind === "param") return bind(bindings, b, a);
  if (isWild(a) || isWild(b)) return true;
  if (a.kind === "null") return nullable.has(b.kind);
  if (b.kind === "null") return nullable.has(a.kind);
  if (a.kind === "type") return b.kind === "type";
  return (
    a.kind === b.kind &&
    a.name === b.name &&
    a.params.length === b.params.length &&
    a.params.every((p, i) => assign(bindings, p, b.params[i]!))
  );
}

/** Lets `param` stand for `type`, or for what is more general of both. Mirrors cel-go checker.isValidTypeSubstitution. */
function bind(bindings: Bindings, type: CelType, param: CelType): boolean {
  if (type.kind === "param" && type.name === param.name) return true;
  const known = bindings.get(param.name);
  if (!known) {
    if (occurs(bindings, param.name, type)) return false;
    bindings.set(param.name, type);
    return true;
  }
  if (sameType(type, known)) return true;
  if (!assign(bindings, type, known)) return false;
  const general = mostGeneral(type, known);
  if (!occurs(bindings, param.name, general)) bindings.set(param.name, general);
  return true;
}

function occurs(bindings: Bindings, name: string, type: CelType): boolean {
  if (type.kind === "param") {
    const found = bindings.get(type.name);
    return type.name === name || (found !== undefined && occurs(bindings, name, found));
  }
  return type.params.some((p) => occurs(bindings, name, p));
}

/** Of two types that agree the one that says less. Mirrors cel-go checker.mostGeneral. */
export const mostGeneral = (a: CelType, b: CelType): CelType => (saysLess(a, b) ? a : b);

function saysLess(a: CelType, b: CelType): boolean {
  if (a.kind === "dyn" || a.kind === "param") return true;
  if (b.kind === "dyn" || b.kind === "param") return false;
  return a.kind === b.kind && a.params.every((p, i) => b.params[i] !== undefined && saysLess(p, b.params[i]));
}
