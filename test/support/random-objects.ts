import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { catalog } from "../../src/kinds/catalog.ts";
import type { ResourceDefinition } from "../../src/kinds/definition.ts";
import { deepCopy, type JsonObject, type KubeObject } from "../../src/machinery/object.ts";
import { type FieldSchema, resolve } from "../../src/machinery/schema/structure.ts";
import { structure } from "./structure.ts";

const samples = path.join(import.meta.dirname, "../../fixtures/manifests/kinds");

/** A resource with its sample of fixtures/manifests/kinds. */
export interface Sample {
  readonly definition: ResourceDefinition;
  readonly object: KubeObject;
}

/** Every kind that can be created and listed, with its sample; the namespace is "default". */
export function sampleObjects(): Sample[] {
  return catalog.flatMap((definition) => {
    const file = path.join(samples, `${[definition.resource, definition.group].filter(Boolean).join(".")}.yaml`);
    if (definition.storage !== undefined || !definition.verbs.includes("create") || !fs.existsSync(file)) return [];
    const object = parse(fs.readFileSync(file, "utf8"), { version: "1.1" }) as KubeObject;
    if (object.apiVersion !== [definition.group, definition.version].filter(Boolean).join("/")) return [];
    if (definition.namespaced) object.metadata.namespace = "default";
    return [{ definition, object }];
  });
}

/** Keys that a careless program takes for its own. */
export const ODD_KEYS = ["__proto__", "constructor", "toString", "hasOwnProperty", "length", "", "a/b", "~1", "\u0000"];

/** Values of every JSON type, and the awkward ones of each. */
export const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 31,
  1e300,
  "",
  "0",
  "-1",
  "x",
  "%",
  "999999999999999999999999Ei",
  "a".repeat(300),
  [],
  [null],
  [[]],
  [{}],
  ["x", "x"],
  {},
  { "": "" },
  { name: null },
  { matchExpressions: [{ key: "", operator: "Odd", values: [null] }] },
];

type Path = readonly (string | number)[];

/** The paths of all values below `value`. */
function pathsOf(value: unknown, here: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return here.length === 0 ? [] : [here];
  const own = Object.entries(value).flatMap(([key, item]) =>
    pathsOf(item, [...here, Array.isArray(value) ? +key : key]),
  );
  return here.length === 0 ? own : [here, ...own];
}

/** Sets what is at a path; `__proto__` is a key as any other. */
function put(object: JsonObject, at: Path, value: unknown): void {
  let holder: any = object;
  for (const key of at.slice(0, -1)) {
    holder = holder[key];
    if (typeof holder !== "object" || holder === null) return;
  }
  Object.defineProperty(holder, at.at(-1)!, { value, enumerable: true, configurable: true, writable: true });
}

/** The schema of what is at a path. */
function schemaAt(type: string, at: Path): FieldSchema | undefined {
  let schema: FieldSchema | undefined = structure.type(type);
  for (const key of at) {
    const holder = resolve(structure, schema);
    if (typeof key === "number") schema = holder?.items;
    else
      schema = holder?.fields !== undefined && Object.hasOwn(holder.fields, key) ? holder.fields[key] : holder?.values;
  }
  return resolve(structure, schema);
}

/** A value that decodes as the schema says, though it need not be valid. */
export function ofSchema(schema: FieldSchema | undefined, pick: (n: number) => number, depth = 0): unknown {
  const is = resolve(structure, schema);
  if (is === undefined) return {};
  if (is.enum !== undefined && pick(4) > 0) return is.enum[pick(is.enum.length)];
  const some = <T>(of: readonly T[]): T => of[pick(of.length)]!;
  if (is.format === "date-time") return "2026-11-20T08:00:00Z";
  switch (is.type) {
    case "boolean":
      return pick(2) === 0;
    case "integer":
      return some([0, 1, 3, 80, -1, 65536, 2 ** 31 - 1]);
    case "number":
      return some([0, 1.5, -1]);
    case "integer|string":
      return some<unknown>([0, 1, "50%", "http", "150%", -1]);
    case "string|number":
      return some<unknown>(["1", "100m", "1Gi", 0, "-1", "0.5"]);
    case "string":
      return some(["a", "web", "", "Always", "a.b/c", "1", "*", "10.96.0.9", "x".repeat(64), "constructor"]);
    case "array":
      return Array.from({ length: depth > 5 ? 0 : pick(3) }, () => ofSchema(is.items, pick, depth + 1));
    default:
      return structOf(is, pick, depth);
  }
}

function structOf(schema: FieldSchema, pick: (n: number) => number, depth: number): JsonObject {
  const made: JsonObject = {};
  if (schema.values !== undefined && depth <= 6)
    put(made, [ODD_KEYS.concat("a", "cpu")[pick(11)]!], ofSchema(schema.values, pick, depth + 1));
  const fields = Object.entries(schema.fields ?? {});
  for (const [name, field] of fields)
    if (depth <= 6 && (schema.required?.includes(name) ? pick(5) > 0 : pick(fields.length) < 2))
      made[name] = ofSchema(field, pick, depth + 1);
  return made;
}

/** One change of an object: a value replaced by an odd one, a known field added, something removed or doubled. */
function mutate(object: JsonObject, type: string | undefined, pick: (n: number) => number): void {
  const paths = pathsOf(object).filter(
    (at) => at[0] !== "apiVersion" && at[0] !== "kind" && at.join(".") !== "metadata",
  );
  if (paths.length === 0) return;
  const at = paths[pick(paths.length)]!;
  const holder = at.slice(0, -1).reduce<any>((o, key) => o?.[key], object);
  const choice = pick(10);
  if (choice < 2) put(object, at, deepCopy(ODD_VALUES[pick(ODD_VALUES.length)]));
  else if (choice === 2 && Array.isArray(holder)) holder.push(deepCopy(holder[at.at(-1) as number]));
  else if (choice === 3 && Array.isArray(holder)) holder.splice(at.at(-1) as number, 1);
  else if (choice === 3) delete holder?.[at.at(-1)!];
  else if (choice === 4 && !Array.isArray(holder))
    put(object, [...at.slice(0, -1), ODD_KEYS[pick(ODD_KEYS.length)]!], ODD_VALUES[pick(ODD_VALUES.length)]);
  else if (type !== undefined && choice < 8) {
    const inside = typeof holder === "object" && holder !== null && !Array.isArray(holder) ? at.slice(0, -1) : at;
    const names = Object.keys(schemaAt(type, inside)?.fields ?? {});
    const name = names[pick(names.length || 1)];
    if (name !== undefined && name !== "apiVersion" && name !== "kind")
      put(object, [...inside, name], ofSchema(schemaAt(type, [...inside, name]), pick));
  } else if (type !== undefined) put(object, at, ofSchema(schemaAt(type, at), pick));
}

/** Draws below n from a list of numbers, again and again: what fast-check shrinks. */
export function picker(numbers: readonly number[]): (n: number) => number {
  let i = 0;
  return (n) => (numbers[i++ % numbers.length]! + Math.floor(i / numbers.length) * 7) % n;
}

/** A sample with a few changes: mostly still decodable, seldom valid throughout. */
export function nearlyValid(all: readonly Sample[]): fc.Arbitrary<Sample> {
  return fc
    .record({
      sample: fc.constantFrom(...all),
      changes: fc.integer({ min: 0, max: 4 }),
      numbers: fc.array(fc.nat(9973), { minLength: 24, maxLength: 48 }),
    })
    .map(({ sample, changes, numbers }) => {
      const object = deepCopy(sample.object);
      const pick = picker(numbers);
      for (let i = 0; i < changes; i++) mutate(object, sample.definition.type, pick);
      return { definition: sample.definition, object };
    });
}
