import { parseGoDuration } from "../duration.ts";
import { parseTime } from "../time.ts";
import { functionOverloads, type Overload } from "./declarations.ts";
import { type CelNode, positionOf, qualifiedName } from "./nodes.ts";
import {
  areAssignable,
  type Bindings,
  type CelType,
  celTypes,
  formatCelType,
  listType,
  mapType,
  mostGeneral,
  optionalType,
  optionalValue,
  paramType,
  substitute,
  typeType,
} from "./types.ts";

/** One thing that does not fit: at which offset of the source, and upstream's words. */
export interface CelIssue {
  readonly offset: number;
  readonly message: string;
}

/** The types of the variables that an expression may name. */
export type CelScope = Readonly<Record<string, CelType>>;

/** What checking an expression came to. */
export interface CheckedCel {
  readonly type: CelType;
  readonly issues: readonly CelIssue[];
}

/** Checks a parsed expression: names, fields, and how functions are called. Mirrors cel-go checker.Check. */
export function checkCel(root: CelNode, source: string, scope: CelScope): CheckedCel {
  const state: State = { source, issues: [], bindings: new Map(), fresh: 0 };
  const type = substitute(state.bindings, check(state, root, scope), true);
  return { type, issues: state.issues };
}

interface State {
  readonly source: string;
  readonly issues: CelIssue[];
  readonly bindings: Bindings;
  fresh: number;
}

const { bool, dyn, error, int, string } = celTypes;
const isWild = (type: CelType): boolean => type.kind === "dyn" || type.kind === "error";

function report(state: State, offset: number, message: string): CelType {
  state.issues.push({ offset, message });
  return error;
}

const undeclared = (state: State, offset: number, name: string): CelType =>
  report(state, offset, `undeclared reference to '${name}' (in container '')`);

const operatorNames: Readonly<Record<string, string>> = { in: "@in", "[]": "_[_]", "[?]": "_[?_]", "?:": "_?_:_" };

function check(state: State, node: CelNode, scope: CelScope): CelType {
  switch (node.op) {
    case "value":
      return literalType(node.args);
    case "id":
      return Object.hasOwn(scope, node.args) ? scope[node.args]! : identifier(state, node);
    case ".":
    case ".?":
      return checkSelect(state, node, scope);
    case "call":
      return checkCall(state, node, scope);
    case "rcall":
      return checkMember(state, node, scope);
    case "list":
      return listType(checkElements(state, node.args, scope));
    case "map":
      return mapType(
        checkElements(
          state,
          node.args.map((entry: CelNode[]) => entry[0]!),
          scope,
        ),
        checkElements(
          state,
          node.args.map((entry: CelNode[]) => entry[1]!),
          scope,
        ),
      );
    case "!_":
    case "-_":
      return resolve(state, node, node.op, [check(state, node.args, scope)], false);
    default: {
      const args = (node.args as CelNode[]).map((arg) => check(state, arg, scope));
      return resolve(state, node, operatorNames[node.op] ?? `_${node.op}_`, args, false);
    }
  }
}

/** Types are values as well: `type(x) == string`. */
function identifier(state: State, node: CelNode): CelType {
  const name: string = node.args;
  const known = { null_type: celTypes.null, list: listType(dyn), map: mapType(dyn, dyn), type: typeType(dyn) };
  if (Object.hasOwn(known, name)) return typeType(known[name as keyof typeof known]);
  if (["bool", "bytes", "double", "int", "string", "uint"].includes(name))
    return typeType(celTypes[name as keyof typeof celTypes]);
  return undeclared(state, node.start, name);
}

function literalType(value: unknown): CelType {
  switch (typeof value) {
    case "bigint":
      return int;
    case "number":
      return celTypes.double;
    case "string":
      return string;
    case "boolean":
      return bool;
    default:
      return value === null ? celTypes.null : value instanceof Uint8Array ? celTypes.bytes : celTypes.uint;
  }
}

/** Elements must be of one type. Mirrors cel-go checker.joinTypes under HomogeneousAggregateLiterals. */
function checkElements(state: State, elements: readonly CelNode[], scope: CelScope): CelType {
  let joined: CelType | undefined;
  for (const element of elements) {
    const type = check(state, element, scope);
    if (!joined) joined = type;
    else if (areAssignable(state.bindings, [joined], [type])) joined = mostGeneral(joined, type);
    else joined = mismatch(state, positionOf(element, state.source), joined, type);
  }
  return joined ?? paramType(`_var${state.fresh++}`);
}

const shownType = (state: State, type: CelType): string => formatCelType(substitute(state.bindings, type, true));

const mismatch = (state: State, offset: number, wanted: CelType, found: CelType): CelType =>
  report(state, offset, `expected type '${shownType(state, wanted)}' but found '${shownType(state, found)}'`);

function checkSelect(state: State, node: CelNode, scope: CelScope): CelType {
  const name = qualifiedName(node);
  if (name !== undefined && Object.hasOwn(scope, name)) return scope[name]!;
  return selectField(state, node, check(state, node.args[0], scope));
}

function selectField(state: State, node: CelNode, operand: CelType): CelType {
  const whole = substitute(state.bindings, operand);
  const inner = optionalValue(whole);
  const target = inner ?? whole;
  const result = fieldType(state, node, target);
  return inner || node.op === ".?" ? optionalType(result) : result;
}

function fieldType(state: State, node: CelNode, target: CelType): CelType {
  const name: string = node.args[1];
  const offset = positionOf(node, state.source);
  if (target.kind === "map") return target.params[1]!;
  if (target.kind === "object") return target.fieldOf!(name) ?? report(state, offset, `undefined field '${name}'`);
  if (!isWild(target) && target.kind !== "param")
    report(state, offset, `type '${shownType(state, target)}' does not support field selection`);
  return dyn;
}

function checkCall(state: State, node: CelNode, scope: CelScope): CelType {
  const [name, args] = node.args as [string, CelNode[]];
  if (name === "has" && args.length === 1) return checkHas(state, args[0]!, scope);
  const types = args.map((arg) => check(state, arg, scope));
  checkLiteral(state, name, args);
  return functionOverloads(name) ? resolve(state, node, name, types, false) : unknownFunction(state, node, name);
}

const unknownFunction = (state: State, node: CelNode, name: string): CelType =>
  undeclared(state, positionOf(node, state.source), name);

/** Texts that are known to be no pattern, duration or time. Mirrors cel-go ValidateRegexLiterals and its like. */
function checkLiteral(state: State, name: string, args: readonly CelNode[]): void {
  const last = args.at(-1);
  const accepts = Object.hasOwn(literals, name) ? literals[name] : undefined;
  if (!accepts || last?.op !== "value" || typeof last.args !== "string" || accepts(last.args)) return;
  report(state, last.start, `invalid ${name} argument`);
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const literals: Readonly<Record<string, (text: string) => boolean>> = {
  matches(text) {
    try {
      return new RegExp(text.replace(/^\(\?[a-zA-Z]+\)/, "")) !== undefined;
    } catch {
      return false;
    }
  },
  duration(text) {
    try {
      return parseGoDuration(text) !== undefined;
    } catch {
      return false;
    }
  },
  timestamp: (text) => rfc3339.test(text) && !Number.isNaN(parseTime(text)),
};

function checkHas(state: State, arg: CelNode, scope: CelScope): CelType {
  if (arg.op === "." || arg.op === ".?") selectField(state, arg, check(state, arg.args[0], scope));
  else report(state, positionOf(arg, state.source), "invalid argument to has() macro");
  return bool;
}

function checkMember(state: State, node: CelNode, scope: CelScope): CelType {
  const [name, target, args] = node.args as [string, CelNode, CelNode[]];
  const macro = macros[`${name}/${args.length}`];
  if (macro && !namespaced(target, name)) return checkMacro(state, node, macro, scope);
  const types = args.map((arg) => check(state, arg, scope));
  checkLiteral(state, name, args);
  const full = namespaced(target, name);
  if (full) return resolve(state, node, full, types, false);
  const receiver = check(state, target, scope);
  if (!functionOverloads(name)) return unknownFunction(state, node, name);
  return resolve(state, node, name, [receiver, ...types], true);
}

/** "sets.contains" where that is a function of its own. */
function namespaced(target: CelNode, name: string): string | undefined {
  const prefix = qualifiedName(target);
  const full = `${prefix}.${name}`;
  return prefix !== undefined && functionOverloads(full) ? full : undefined;
}

/** The type of a call; of several overloads that fit it is the first's, or dyn. Mirrors cel-go checker.resolveOverload. */
function resolve(state: State, node: CelNode, name: string, args: readonly CelType[], member: boolean): CelType {
  let result: CelType | undefined;
  for (const overload of functionOverloads(name) ?? []) {
    if (overload.member !== member) continue;
    const { args: wanted, result: own } = instantiate(state, overload);
    if (!areAssignable(state.bindings, args, wanted)) continue;
    const type = substitute(state.bindings, own);
    if (!result) result = type;
    else if (result.kind !== "dyn" && formatCelType(type) !== formatCelType(result)) result = dyn;
  }
  if (result) return result;
  const shown = args.map((arg) => shownType(state, arg));
  const signature = member ? `${shown[0]}.(${shown.slice(1).join(", ")})` : `(${shown.join(", ")})`;
  const message = `found no matching overload for '${name}' applied to '${signature}'`;
  return report(state, positionOf(node, state.source), message);
}

/** The overload with type parameters that are its own alone. */
function instantiate(state: State, { args, result }: Overload): { args: readonly CelType[]; result: CelType } {
  const own: Bindings = new Map();
  for (const name of ["A", "B"]) own.set(name, paramType(`_var${state.fresh++}`));
  return { args: args.map((arg) => substitute(own, arg)), result: substitute(own, result) };
}

/** A macro over a range: how many variables it has, and the type of the whole from those of its expressions. */
interface Macro {
  readonly variables: number;
  readonly result: (state: State, node: CelNode, bodies: readonly CelType[], variables: readonly CelType[]) => CelType;
}

const allOf =
  (operator: string): Macro["result"] =>
  (state, node, [body]) =>
    resolve(state, node, operator, [bool, body!], false);
const counted: Macro["result"] = (state, node, [body]) => {
  resolve(state, node, "_?_:_", [body!, int, int], false);
  return bool;
};
const mapped: Macro["result"] = (state, node, bodies) => {
  const result = listType(bodies.at(-1)!);
  if (bodies.length === 2) resolve(state, node, "_?_:_", [bodies[0]!, result, result], false);
  return result;
};
const filtered: Macro["result"] = (state, node, [body], [variable]) => {
  const result = listType(variable!);
  resolve(state, node, "_?_:_", [body!, result, result], false);
  return result;
};
const toMap: Macro["result"] = (state, node, bodies, [key]) => {
  const result = mapType(key!, bodies.at(-1)!);
  if (bodies.length === 2) resolve(state, node, "_?_:_", [bodies[0]!, result, result], false);
  return result;
};
const toEntries: Macro["result"] = (state, node, bodies) => {
  if (bodies.length === 2) resolve(state, node, "_?_:_", [bodies[0]!, dyn, dyn], false);
  return bodies.at(-1)!;
};

const macros: Readonly<Record<string, Macro>> = {
  "all/2": { variables: 1, result: allOf("_&&_") },
  "exists/2": { variables: 1, result: allOf("_||_") },
  "exists_one/2": { variables: 1, result: counted },
  "existsOne/2": { variables: 1, result: counted },
  "map/2": { variables: 1, result: mapped },
  "map/3": { variables: 1, result: mapped },
  "filter/2": { variables: 1, result: filtered },
  "all/3": { variables: 2, result: allOf("_&&_") },
  "exists/3": { variables: 2, result: allOf("_||_") },
  "existsOne/3": { variables: 2, result: counted },
  "transformList/3": { variables: 2, result: mapped },
  "transformList/4": { variables: 2, result: mapped },
  "transformMap/3": { variables: 2, result: toMap },
  "transformMap/4": { variables: 2, result: toMap },
  "transformMapEntry/3": { variables: 2, result: toEntries },
  "transformMapEntry/4": { variables: 2, result: toEntries },
  "optMap/2": { variables: 1, result: (_state, _node, [body]) => optionalType(body!) },
  "optFlatMap/2": { variables: 1, result: (_state, _node, [body]) => body! },
};

function checkMacro(state: State, node: CelNode, macro: Macro, scope: CelScope): CelType {
  const [name, target, args] = node.args as [string, CelNode, CelNode[]];
  const names = args.slice(0, macro.variables);
  for (const arg of names)
    if (arg.op !== "id") return report(state, positionOf(arg, state.source), "argument must be a simple name");
  const range = substitute(state.bindings, check(state, target, scope));
  const types = name.startsWith("opt")
    ? [optionalValue(range) ?? dyn]
    : rangeTypes(state, target, range, macro.variables);
  const inner = { ...scope, ...Object.fromEntries(names.map((arg, i) => [arg.args as string, types[i]!])) };
  const bodies = args.slice(macro.variables).map((arg) => check(state, arg, inner));
  return macro.result(state, node, bodies, types);
}

/** What the variables of a loop over `range` are: an element, or a key; of two an index or key, and a value. */
function rangeTypes(state: State, target: CelNode, range: CelType, count: number): readonly CelType[] {
  if (range.kind === "list") return count === 1 ? range.params : [int, range.params[0]!];
  if (range.kind === "map") return range.params;
  if (!isWild(range) && range.kind !== "param")
    report(
      state,
      positionOf(target, state.source),
      `expression of type '${shownType(state, range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
    );
  return [dyn, dyn];
}
