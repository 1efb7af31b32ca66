/** One TYPE/NAME argument. */
export interface ResourceTuple {
  readonly resource: string;
  readonly name: string;
}

/** What the arguments of a command name: types, names of one type, or TYPE/NAME pairs. */
export interface ResourceArguments {
  readonly types: readonly string[];
  readonly names: readonly string[];
  readonly tuples: readonly ResourceTuple[];
}

/** "a,b,a" → a, b. */
export function splitResourceArgument(arg: string): string[] {
  return [...new Set(arg.split(","))];
}

/** "a,b x y" → a/x a/y b/x b/y. */
function normalize(args: readonly string[]): readonly string[] {
  if (args.length < 2) return args;
  const types = splitResourceArgument(args[0]!);
  return types.length > 1 ? types.flatMap((type) => args.slice(1).map((name) => `${type}/${name}`)) : args;
}

function hasCombinedTypes(args: readonly string[]): boolean {
  const slashed = args.filter((a) => a.includes("/")).length;
  if (slashed > 0 && slashed !== args.length)
    throw new Error(
      "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
    );
  return slashed > 0;
}

/** Takes TYPE/NAME apart; undefined where there is no slash. Throws with kubectl's words. */
export function splitTypeName(text: string): ResourceTuple | undefined {
  if (!text.includes("/")) return undefined;
  const parts = text.split("/");
  if (parts.length !== 2) throw new Error("arguments in resource/name form may not have more than one slash");
  const [resource = "", name = ""] = parts;
  if (resource === "" || name === "" || splitResourceArgument(resource).length !== 1)
    throw new Error("arguments in resource/name form must have a single resource and name");
  return { resource, name };
}

/** Whether the arguments name objects, not just types. Mirrors resource.HasNames. */
export function hasNames(args: readonly string[]): boolean {
  const normalized = normalize(args);
  return hasCombinedTypes(normalized) || normalized.length > 1;
}

/** Reads TYPE, TYPE NAME…, TYPE/NAME… Mirrors resource.Builder.ResourceTypeOrNameArgs, aliases aside. */
export function parseResourceArguments(raw: readonly string[]): ResourceArguments {
  const args = normalize(raw);
  if (hasCombinedTypes(args))
    return { types: [], names: [], tuples: args.map((a) => splitTypeName(a)).filter((t) => t !== undefined) };
  const [types, ...names] = args;
  return { types: types === undefined ? [] : [types], names, tuples: [] };
}
