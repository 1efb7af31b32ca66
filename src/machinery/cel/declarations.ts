import { type CelType, celTypes, listType, mapType, opaqueType, optionalType, paramType, typeType } from "./types.ts";

/** One way to call a function. `member`: the first argument stands before the dot. */
export interface Overload {
  readonly member: boolean;
  readonly args: readonly CelType[];
  readonly result: CelType;
}

const numbers = ["int", "uint", "double"];
const ordered = ["bool", ...numbers, "string", "bytes", "timestamp", "duration"];
const orderings = [
  ...ordered.map((t) => `${t}, ${t}`),
  ...numbers.flatMap((a) => numbers.filter((b) => b !== a).map((b) => `${a}, ${b}`)),
];
const each = (types: readonly string[], signature: string): string[] => types.map((t) => signature.replaceAll("T", t));

const operators = [
  ...["_==_(A, A): bool", "_!=_(A, A): bool", "_&&_(bool, bool): bool", "_||_(bool, bool): bool", "!_(bool): bool"],
  ...["_?_:_(bool, A, A): A", "@in(A, list(A)): bool", "@in(A, map(A, B)): bool"],
  ...["_<_", "_<=_", "_>_", "_>=_"].flatMap((op) => orderings.map((args) => `${op}(${args}): bool`)),
  ...each(["bytes", "double", "duration", "int", "string", "uint", "list(A)"], "_+_(T, T): T"),
  ...["_+_(duration, timestamp): timestamp", "_+_(timestamp, duration): timestamp"],
  ...each([...numbers, "duration"], "_-_(T, T): T"),
  ...["_-_(timestamp, duration): timestamp", "_-_(timestamp, timestamp): duration"],
  ...each(numbers, "_*_(T, T): T"),
  ...each(numbers, "_/_(T, T): T"),
  ...each(["int", "uint"], "_%_(T, T): T"),
  ...each(["int", "double"], "-_(T): T"),
  ...["_[_](list(A), int): A", "_[_](map(A, B), A): B"],
  ...["_[_](optional(list(A)), int): optional(A)", "_[_](optional(map(A, B)), A): optional(B)"],
  ...["_[?_](list(A), int): optional(A)", "_[?_](map(A, B), A): optional(B)"],
  ...["_[?_](optional(list(A)), int): optional(A)", "_[?_](optional(map(A, B)), A): optional(B)"],
];

const getters = [
  ...["getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getFullYear", "getHours", "getMilliseconds"],
  ...["getMinutes", "getMonth", "getSeconds"],
];
const standard = [
  ...each(["string", "bytes", "list(A)", "map(A, B)"], "size(T): int"),
  ...each(["string", "bytes", "list(A)", "map(A, B)"], "T.size(): int"),
  ...["matches(string, string): bool", "string.matches(string): bool"],
  ...["contains", "endsWith", "startsWith"].map((name) => `string.${name}(string): bool`),
  ...["bool(bool): bool", "bool(string): bool", "dyn(A): dyn", "type(A): type(A)"],
  ...each(["bytes", "string"], "bytes(T): bytes"),
  ...each(["double", "int", "string", "uint"], "double(T): double"),
  ...each(["duration", "int", "string"], "duration(T): duration"),
  ...each(["int", "double", "duration", "string", "timestamp", "uint"], "int(T): int"),
  ...each(["string", "bool", "bytes", "double", "duration", "int", "timestamp", "uint"], "string(T): string"),
  ...each(["timestamp", "int", "string"], "timestamp(T): timestamp"),
  ...each(["uint", "double", "int", "string"], "uint(T): uint"),
  ...getters.flatMap((name) => [`timestamp.${name}(): int`, `timestamp.${name}(string): int`]),
  ...["getHours", "getMilliseconds", "getMinutes", "getSeconds"].map((name) => `duration.${name}(): int`),
  ...["optional.of(A): optional(A)", "optional.ofNonZeroValue(A): optional(A)", "optional.none(): optional(A)"],
  ...["optional(A).hasValue(): bool", "optional(A).value(): A", "optional(A).orValue(A): A"],
  "optional(A).or(optional(A)): optional(A)",
];

const texts = [
  ...["string.charAt(int): string", "string.format(list(dyn)): string", "strings.quote(string): string"],
  ...each(["indexOf", "lastIndexOf"], "string.T(string): int"),
  ...each(["indexOf", "lastIndexOf"], "string.T(string, int): int"),
  ...["list(string).join(): string", "list(string).join(string): string"],
  ...each(["lowerAscii", "upperAscii", "trim"], "string.T(): string"),
  ...["string.replace(string, string): string", "string.replace(string, string, int): string"],
  ...["string.split(string): list(string)", "string.split(string, int): list(string)"],
  ...["string.substring(int): string", "string.substring(int, int): string"],
  ...["string.find(string): string", "string.findAll(string): list(string)"],
  "string.findAll(string, int): list(string)",
];

const lists = [
  ...each(ordered, "list(T).isSorted(): bool"),
  ...each([...numbers, "duration"], "list(T).sum(): T"),
  ...each(ordered, "list(T).min(): T"),
  ...each(ordered, "list(T).max(): T"),
  ...["list(A).indexOf(A): int", "list(A).lastIndexOf(A): int"],
  ...["contains", "equivalent", "intersects"].map((name) => `sets.${name}(list(A), list(A)): bool`),
];

const url = "kubernetes.URL";
const quantity = "kubernetes.Quantity";
const format = "kubernetes.NamedFormat";
const ip = "net.IP";
const cidr = "net.CIDR";
const formats = [
  ...["dns1123Label", "dns1123Subdomain", "dns1035Label", "qualifiedName", "dns1123LabelPrefix"],
  ...["dns1123SubdomainPrefix", "dns1035LabelPrefix", "labelValue", "uri", "uuid", "byte", "date", "datetime"],
];
const kubernetes = [
  ...[`url(string): ${url}`, "isURL(string): bool", `${url}.getQuery(): map(string, list(string))`],
  ...["getScheme", "getHost", "getHostname", "getPort", "getEscapedPath"].map((name) => `${url}.${name}(): string`),
  ...[`quantity(string): ${quantity}`, "isQuantity(string): bool", `${quantity}.sign(): int`],
  ...["isLessThan", "isGreaterThan"].map((name) => `${quantity}.${name}(${quantity}): bool`),
  ...[`${quantity}.compareTo(${quantity}): int`, `${quantity}.asApproximateFloat(): double`],
  ...[`${quantity}.asInteger(): int`, `${quantity}.isInteger(): bool`],
  ...["add", "sub"].flatMap((name) => each([quantity, "int"], `${quantity}.${name}(T): ${quantity}`)),
  ...[`ip(string): ${ip}`, "isIP(string): bool", "ip.isCanonical(string): bool", `string(${ip}): string`],
  ...[`${ip}.family(): int`, `cidr(string): ${cidr}`, "isCIDR(string): bool", `string(${cidr}): string`],
  ...["Unspecified", "Loopback", "LinkLocalMulticast", "LinkLocalUnicast", "GlobalUnicast"].map(
    (name) => `${ip}.is${name}(): bool`,
  ),
  ...each(["string", ip], `${cidr}.containsIP(T): bool`),
  ...each(["string", cidr], `${cidr}.containsCIDR(T): bool`),
  ...[`${cidr}.ip(): ${ip}`, `${cidr}.masked(): ${cidr}`, `${cidr}.prefixLength(): int`],
  ...[`format.named(string): optional(${format})`, `${format}.validate(string): optional(list(string))`],
  ...formats.map((name) => `format.${name}(): ${format}`),
];

const authorization = (name: string): string => `kubernetes.authorization.${name}`;
const authorizer = authorization("Authorizer");
const resourceCheck = authorization("ResourceCheck");
const decision = authorization("Decision");
const authorizations = [
  ...[
    `${authorizer}.path(string): ${authorization("PathCheck")}`,
    `${authorizer}.group(string): ${authorization("GroupCheck")}`,
  ],
  ...[`${authorizer}.serviceAccount(string, string): ${authorizer}`],
  ...[`${authorization("GroupCheck")}.resource(string): ${resourceCheck}`],
  ...["subresource", "namespace", "name", "fieldSelector", "labelSelector"].map(
    (name) => `${resourceCheck}.${name}(string): ${resourceCheck}`,
  ),
  ...[resourceCheck, authorization("PathCheck")].map((check) => `${check}.check(string): ${decision}`),
  ...[`${decision}.errored(): bool`, `${decision}.error(): string`],
  ...[`${decision}.allowed(): bool`, `${decision}.reason(): string`],
];

/** Named types that variables have and functions give. */
export const authorizerType: CelType = opaqueType(authorizer);
export const resourceCheckType: CelType = opaqueType(resourceCheck);

function parseType(text: string): CelType {
  const open = text.indexOf("(");
  if (open > 0) {
    const parts = splitList(text.slice(open + 1, -1)).map(parseType);
    switch (text.slice(0, open)) {
      case "list":
        return listType(parts[0]!);
      case "map":
        return mapType(parts[0]!, parts[1]!);
      case "optional":
        return optionalType(parts[0]!);
      default:
        return typeType(parts[0]!);
    }
  }
  if (/^[AB]$/.test(text)) return paramType(text);
  return Object.hasOwn(celTypes, text) ? celTypes[text as keyof typeof celTypes] : opaqueType(text);
}

/** Splits at the commas that are in no parenthesis. */
function splitList(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const c = text[i];
    if (c === "(") depth++;
    if (c === ")") depth--;
    if ((c !== "," && c !== undefined) || depth > 0) continue;
    parts.push(text.slice(start, i).trim());
    start = i + 1;
  }
  return parts.filter((p) => p !== "");
}

/** Functions whose name has a dot, which is no receiver's. */
const namespaces = new Set(["optional", "sets", "strings", "format", "ip"]);

function parseSignature(signature: string): [name: string, overload: Overload] {
  const colon = signature.lastIndexOf("): ");
  const open = openingOf(signature, colon);
  const head = signature.slice(0, open);
  const dot = /^(?:_|[!@-])/.test(head) ? -1 : head.lastIndexOf(".");
  const receiver = dot > 0 && !namespaces.has(head.slice(0, dot)) ? head.slice(0, dot) : undefined;
  const args = splitList(signature.slice(open + 1, colon)).map(parseType);
  return [
    receiver === undefined ? head : head.slice(dot + 1),
    {
      member: receiver !== undefined,
      args: receiver === undefined ? args : [parseType(receiver), ...args],
      result: parseType(signature.slice(colon + 3)),
    },
  ];
}

function openingOf(signature: string, close: number): number {
  let depth = 0;
  for (let i = close; i >= 0; i--) {
    if (signature[i] === ")") depth++;
    if (signature[i] === "(" && --depth === 0) return i;
  }
  return -1;
}

let table: Map<string, Overload[]> | undefined;

function declarations(): ReadonlyMap<string, readonly Overload[]> {
  if (table) return table;
  table = new Map();
  for (const signature of [...operators, ...standard, ...texts, ...lists, ...kubernetes, ...authorizations]) {
    const [name, overload] = parseSignature(signature);
    table.set(name, [...(table.get(name) ?? []), overload]);
  }
  return table;
}

/** The overloads of a function that expressions may call; undefined for what is none. Mirrors apiserver/pkg/cel/environment/base.go as of compatibility version 1.32, by which 1.33 compiles what is new. */
export const functionOverloads = (name: string): readonly Overload[] | undefined => declarations().get(name);
