import { goQuote } from "../field-error.ts";
import { labelKeyErrors, labelValueErrors } from "../names.ts";

/** selection.Operator, as a requirement holds it. */
export type LabelOperator = "in" | "notin" | "=" | "==" | "!=" | "exists" | "!" | "gt" | "lt";

/** One term of a label selector. Mirrors labels.Requirement. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

/** A parsed label selector: all of its terms must hold, so the empty one selects everything. */
export type LabelSelectorTerms = readonly LabelRequirement[];

/** A label selector that does not parse; the message is upstream's. */
export class SelectorError extends Error {
  override readonly name: string = "SelectorError";
}

type TokenKind = "end" | "identifier" | "(" | ")" | "," | "!" | "==" | "=" | ">" | "<" | "!=" | "in" | "notin";

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

// An identifier is whatever is neither blank nor one of the special characters.
const tokenPattern = /[ \t\r\n]*(==|!=|[=!(),><]|[^ \t\r\n=!(),><]+|$)/y;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  // Upstream reads a NUL as the end.
  const source = text.split("\0", 1)[0]!;
  tokenPattern.lastIndex = 0;
  for (;;) {
    const found = tokenPattern.exec(source)![1]!;
    const keyword = /^(==|!=|[=!(),><]|in|notin)$/.test(found);
    tokens.push({ kind: found === "" ? "end" : keyword ? (found as TokenKind) : "identifier", text: found });
    if (found === "") return tokens;
  }
}

const binaryOperators = "in, notin, =, ==, !=, gt, lt";
const operators: { readonly [kind: string]: LabelOperator } = {
  in: "in",
  notin: "notin",
  "=": "=",
  "==": "==",
  "!=": "!=",
  ">": "gt",
  "<": "lt",
};

interface Cursor {
  readonly tokens: readonly Token[];
  position: number;
}

// Where a key or value may stand, "in" and "notin" are names.
const asValue = (token: Token): Token =>
  token.kind === "in" || token.kind === "notin" ? { kind: "identifier", text: token.text } : token;
const peek = (c: Cursor): Token => asValue(c.tokens[Math.min(c.position, c.tokens.length - 1)]!);
const take = (c: Cursor): Token => {
  const token = peek(c);
  c.position++;
  return token;
};

/** Reads a selector as `-l` takes it. Throws {@link SelectorError}. Mirrors labels.Parse. */
export function parseLabelSelector(text: string): LabelSelectorTerms {
  const cursor: Cursor = { tokens: tokenize(text), position: 0 };
  const terms: LabelRequirement[] = [];
  for (;;) {
    const token = peek(cursor);
    if (token.kind === "end") return sorted(terms);
    if (token.kind !== "identifier" && token.kind !== "!")
      throw new SelectorError(`found '${token.text}', expected: !, identifier, or 'end of string'`);
    terms.push(parseTerm(cursor));
    const separator = take(cursor);
    if (separator.kind === "end") return sorted(terms);
    if (separator.kind !== ",") throw new SelectorError(`found '${separator.text}', expected: ',' or 'end of string'`);
    const next = peek(cursor);
    if (next.kind !== "identifier" && next.kind !== "!")
      throw new SelectorError(`found '${next.text}', expected: identifier after ','`);
  }
}

const sorted = (terms: LabelRequirement[]): LabelSelectorTerms =>
  terms.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));

function parseTerm(cursor: Cursor): LabelRequirement {
  try {
    return parseRequirement(cursor);
  } catch (error) {
    if (error instanceof SelectorError) throw new SelectorError(`unable to parse requirement: ${error.message}`);
    throw error;
  }
}

function parseRequirement(cursor: Cursor): LabelRequirement {
  let token = take(cursor);
  const negated = token.kind === "!";
  if (negated) token = take(cursor);
  if (token.kind !== "identifier") throw new SelectorError(`found '${token.text}', expected: identifier`);
  const key = token.text;
  const errors = labelKeyErrors(key);
  if (errors.length > 0) throw new SelectorError(`<nil>: Invalid value: ${goQuote(key)}: ${errors.join("; ")}`);
  if (negated) return { key, operator: "!", values: [] };
  const next = peek(cursor).kind;
  if (next === "end" || next === ",") return { key, operator: "exists", values: [] };
  const word = cursor.tokens[cursor.position++]!;
  const operator = operators[word.kind];
  if (operator === undefined) throw new SelectorError(`found '${word.text}', expected: ${binaryOperators}`);
  const values = operator === "in" || operator === "notin" ? parseValues(cursor) : [parseExactValue(cursor)];
  return checkedRequirement(key, operator, values);
}

function parseExactValue(cursor: Cursor): string {
  const next = peek(cursor);
  if (next.kind === "end" || next.kind === ",") return "";
  const token = take(cursor);
  if (token.kind !== "identifier") throw new SelectorError(`found '${token.text}', expected: identifier`);
  return token.text;
}

function parseValues(cursor: Cursor): string[] {
  const open = take(cursor);
  if (open.kind !== "(") throw new SelectorError(`found '${open.text}' expected: '('`);
  const first = peek(cursor);
  if (first.kind === ")") {
    take(cursor);
    return [""];
  }
  if (first.kind !== "identifier" && first.kind !== ",")
    throw new SelectorError(`found '${first.text}', expected: ',', ')' or identifier`);
  const values = parseValueList(cursor);
  take(cursor);
  return [...values].sort();
}

function parseValueList(cursor: Cursor): Set<string> {
  const values = new Set<string>();
  for (;;) {
    const token = take(cursor);
    const next = peek(cursor);
    if (token.kind === "identifier") {
      values.add(token.text);
      if (next.kind === ")") return values;
      if (next.kind !== ",") throw new SelectorError(`found '${next.text}', expected: ',' or ')'`);
    } else if (token.kind === ",") {
      if (values.size === 0 || next.kind === ")" || next.kind === ",") values.add("");
      if (next.kind === ")") return values;
    } else {
      throw new SelectorError(`found '${token.text}', expected: ',', or identifier`);
    }
  }
}

function requirementErrors(key: string, operator: LabelOperator, values: readonly string[]): string[] {
  const errors: string[] = [];
  const bad = (path: string, value: string, detail: string): number =>
    errors.push(`${path}: Invalid value: ${value}: ${detail}`);
  const list = `[]string{${values.map(goQuote).join(", ")}}`;
  const keyErrors = labelKeyErrors(key);
  if (keyErrors.length > 0) bad("key", goQuote(key), keyErrors.join("; "));
  if ((operator === "in" || operator === "notin") && values.length === 0)
    bad("values", list, "for 'in', 'notin' operators, values set can't be empty");
  if ((operator === "exists" || operator === "!") && values.length > 0)
    bad("values", list, "values set must be empty for exists and does not exist");
  if (operator === "gt" || operator === "lt")
    for (const [i, value] of values.entries())
      if (!isInt64(value))
        bad(`values[${i}]`, goQuote(value), "for 'Gt', 'Lt' operators, the value must be an integer");
  for (const [i, value] of values.entries()) {
    const valueErrors = labelValueErrors(value);
    if (valueErrors.length > 0) bad(`values[${i}][${key}]`, goQuote(value), valueErrors.join("; "));
  }
  return errors;
}

/** A term, checked as upstream checks it: throws {@link SelectorError}. Mirrors labels.NewRequirement. */
export function checkedRequirement(key: string, operator: LabelOperator, values: readonly string[]): LabelRequirement {
  const errors = requirementErrors(key, operator, values);
  if (errors.length === 1) throw new SelectorError(errors[0]);
  if (errors.length > 1) throw new SelectorError(`[${errors.join(", ")}]`);
  return { key, operator, values };
}

/** Whether `text` is what strconv.ParseInt takes as an int64 in base ten. */
export function isInt64(text: string): boolean {
  if (!/^[+-]?[0-9]{1,400}$/.test(text)) return false;
  const value = BigInt(text.replace("+", ""));
  return value >= -(2n ** 63n) && value < 2n ** 63n;
}

type Labels = Readonly<Record<string, string>> | undefined | null;

/** Whether `labels` meet one term. A missing label meets "!=" and "notin". Mirrors Requirement.Matches. */
export function requirementMatches(term: LabelRequirement, labels: Labels): boolean {
  const has = labels != null && Object.hasOwn(labels, term.key);
  const value = has ? labels[term.key]! : "";
  switch (term.operator) {
    case "in":
    case "=":
    case "==":
      return has && term.values.includes(value);
    case "notin":
    case "!=":
      return !has || !term.values.includes(value);
    case "exists":
      return has;
    case "!":
      return !has;
    default: {
      if (!has || !isInt64(value) || !isInt64(term.values[0] ?? "")) return false;
      const [actual, bound] = [BigInt(value), BigInt(term.values[0]!)];
      return term.operator === "gt" ? actual > bound : actual < bound;
    }
  }
}

/** Whether `labels` meet all terms. */
export const labelsMatch = (terms: LabelSelectorTerms, labels: Labels): boolean =>
  terms.every((term) => requirementMatches(term, labels));

/** The terms that a plain map (Service.spec.selector) stands for. Mirrors labels.SelectorFromSet. */
export const labelTermsOfMap = (map: Labels): LabelSelectorTerms =>
  Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, operator: "=" as const, values: [value] }));

function formatTerm({ key, operator, values }: LabelRequirement): string {
  const list = [...values].sort().join(",");
  switch (operator) {
    case "exists":
      return key;
    case "!":
      return `!${key}`;
    case "in":
    case "notin":
      return `${key} ${operator} (${list})`;
    case "gt":
      return `${key}>${list}`;
    case "lt":
      return `${key}<${list}`;
    default:
      return `${key}${operator}${list}`;
  }
}

/** The text of a selector, as a URL's labelSelector carries it; "" for the one that selects everything. Mirrors labels.Selector.String. */
export const formatLabelTerms = (terms: LabelSelectorTerms): string => terms.map(formatTerm).join(",");

/** A map as "a=b,c=d", or `<none>`; sorted as text, so that "a.b=c" goes ahead of "a=b". Mirrors labels.FormatLabels. */
export function formatLabels(map: Labels): string {
  const pairs = Object.entries(map ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? "<none>" : pairs.sort().join(",");
}
