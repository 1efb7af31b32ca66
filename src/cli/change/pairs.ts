/** Arguments taken apart: what names resources, and what is a KEY=VALUE or KEY- to change. Mirrors cmdutil.GetResourcesAndPairs. */
export function splitPairs(args: readonly string[], what: string): { resources: string[]; pairs: string[] } {
  const resources: string[] = [];
  const pairs: string[] = [];
  for (const arg of args) {
    // A taint may come without a key or a value; what is wrong with it then is told of later.
    const isPair =
      what === "taint"
        ? /[=:]|-$/.test(arg)
        : (arg.includes("=") && !arg.startsWith("=")) || (arg.endsWith("-") && arg !== "-");
    if (isPair) pairs.push(arg);
    else if (pairs.length > 0) throw new Error(`all resources must be specified before ${what} changes: ${arg}`);
    else resources.push(arg);
  }
  return { resources, pairs };
}

/** What is to be set, and which keys are to go. A Map, for keys are users' words. */
export interface PairChanges {
  readonly set: ReadonlyMap<string, string>;
  readonly remove: readonly string[];
}

/** KEY=VALUE and (where allowed) KEY-. Throws "invalid WHAT format: …". Mirrors cmdutil.ParsePairs. */
export function parsePairs(pairs: readonly string[], what: string, canRemove: boolean): PairChanges {
  const set = new Map<string, string>();
  const remove: string[] = [];
  const invalid: string[] = [];
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    if (equals > 0) set.set(pair.slice(0, equals), pair.slice(equals + 1));
    else if (canRemove && pair.endsWith("-") && pair !== "-") remove.push(pair.slice(0, -1));
    else invalid.push(pair);
  }
  if (invalid.length > 0) throw new Error(`invalid ${what} format: ${invalid.join(", ")}`);
  return { set, remove };
}
