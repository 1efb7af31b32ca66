import type { Part, Word } from "./ast.ts";

type Token = string | Exclude<Part, { t: "lit" }>;

/** bash's brace expansion: {a,b} and {1..5..2}, before all other expansion. At most 10,000 words. */
export function expandBraces(word: Word): readonly Word[] {
  if (!word.some((part) => part.t === "lit" && part.v.includes("{"))) return [word];
  const tokens: Token[] = word.flatMap((part): Token[] => (part.t === "lit" ? [...part.v] : [part]));
  return expand(tokens, { left: 10_000 }).map(join);
}

function join(tokens: readonly Token[]): Word {
  const parts: Part[] = [];
  let text = "";
  for (const token of tokens) {
    if (typeof token === "string") text += token;
    else {
      if (text !== "") parts.push({ t: "lit", v: text });
      text = "";
      parts.push(token);
    }
  }
  if (text !== "") parts.push({ t: "lit", v: text });
  return parts;
}

function expand(tokens: readonly Token[], budget: { left: number }): Token[][] {
  for (let open = tokens.indexOf("{"); open >= 0; open = tokens.indexOf("{", open + 1)) {
    const group = takeGroup(tokens, open);
    if (group === undefined) continue;
    const choices =
      group.items.length > 1 ? group.items.flatMap((item) => expand(item, budget)) : sequence(group.items[0]!);
    if (choices === undefined) continue;
    const rest = expand(tokens.slice(group.end + 1), budget);
    const head = tokens.slice(0, open);
    budget.left -= choices.length * rest.length;
    if (budget.left < 0) return [[...tokens]];
    return choices.flatMap((choice) => rest.map((tail) => [...head, ...choice, ...tail]));
  }
  return [[...tokens]];
}

function takeGroup(tokens: readonly Token[], open: number): { items: Token[][]; end: number } | undefined {
  const items: Token[][] = [[]];
  let depth = 0;
  for (let i = open + 1; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token === "}" && depth === 0) return { items, end: i };
    if (token === "," && depth === 0) {
      items.push([]);
      continue;
    }
    if (token === "{") depth++;
    if (token === "}") depth--;
    items[items.length - 1]!.push(token);
  }
  return undefined;
}

function sequence(item: readonly Token[]): Token[][] | undefined {
  const text = item.every((token) => typeof token === "string") ? item.join("") : "";
  const match = /^(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.(-?\d+))?$/.exec(text);
  if (match === null) return undefined;
  const letters = /[A-Za-z]/.test(match[1]!);
  if (letters !== /[A-Za-z]/.test(match[2]!)) return undefined;
  const from = letters ? match[1]!.charCodeAt(0) : Number(match[1]);
  const to = letters ? match[2]!.charCodeAt(0) : Number(match[2]);
  const step = Math.abs(Number(match[3] ?? 1)) || 1;
  const width = /^-?0\d/.test(match[1]!) || /^-?0\d/.test(match[2]!) ? Math.max(match[1]!.length, match[2]!.length) : 0;
  const out: Token[][] = [];
  for (let n = from; from <= to ? n <= to : n >= to; n += from <= to ? step : -step) {
    if (out.length >= 10_000) return undefined;
    out.push([
      letters
        ? String.fromCharCode(n)
        : n < 0
          ? `-${String(-n).padStart(width - 1, "0")}`
          : String(n).padStart(width, "0"),
    ]);
  }
  return out;
}
