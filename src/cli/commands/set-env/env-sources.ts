import { envVarNameErrors } from "../../../machinery/names.ts";
import type { JsonObject } from "../../../machinery/object.ts";

/** What is to be set, and what is to go. */
export interface EnvChanges {
  readonly set: readonly JsonObject[];
  readonly remove: readonly string[];
}

/** Arguments taken apart: resources first, then KEY=VALUE and KEY-. Mirrors envutil.SplitEnvironmentFromResources. */
export function splitEnvArguments(args: readonly string[]): { resources: string[]; env: string[] } {
  const isEnv = (arg: string): boolean => (arg.includes("=") && !arg.startsWith("=")) || arg.endsWith("-");
  const first = args.findIndex(isEnv);
  if (first < 0) return { resources: [...args], env: [] };
  const env = args.slice(first);
  if (!env.every(isEnv))
    throw new Error(`all resources must be specified before environment changes: ${args.join(" ")}`);
  return { resources: args.slice(0, first), env };
}

function variable(spec: string): JsonObject {
  const equals = spec.indexOf("=");
  const name = spec.slice(0, equals);
  const errors = envVarNameErrors(name);
  if (errors.length > 0) throw new Error(`${JSON.stringify(name)} is not a valid key name: ${errors.join(";")}`);
  const value = spec.slice(equals + 1);
  return { name, ...(value === "" ? {} : { value }) };
}

/** The variables of a stream of KEY=VALUE lines, as `-e -` reads it. */
export function envOfText(text: string): JsonObject[] {
  return text.split("\n").flatMap((line) => {
    const comment = line.indexOf("#");
    const spec = (comment < 0 ? line : line.slice(0, comment)).trim();
    return spec.includes("=") ? [variable(spec)] : [];
  });
}

/** KEY=VALUE, KEY- and "-" for standard input. Mirrors envutil.ParseEnv. */
export async function parseEnv(specs: readonly string[], readStdin: () => Promise<string>): Promise<EnvChanges> {
  const set: JsonObject[] = [];
  const remove: string[] = [];
  const named = new Set<string>();
  for (const spec of specs) {
    if (spec === "-") set.push(...envOfText(await readStdin()));
    else if (spec.includes("=")) {
      set.push(variable(spec));
      named.add(spec.slice(0, spec.indexOf("=")));
    } else if (spec.endsWith("-")) remove.push(spec.slice(0, -1));
    else throw new Error(`unknown environment variable: ${spec}`);
  }
  const both = remove.find((name) => named.has(name));
  if (both !== undefined)
    throw new Error("can not both modify and remove the same environment variable in the same command");
  return { set, remove };
}

/** The variables after the changes: known ones in place, new ones at the end. Mirrors set_env.go updateEnv. */
export function updatedEnv(existing: readonly JsonObject[], { set, remove }: EnvChanges): JsonObject[] {
  const covered = new Set(remove);
  const env: JsonObject[] = [];
  for (const variable of existing) {
    if (covered.has(variable["name"])) continue;
    const newer = set.find((s) => s["name"] === variable["name"]);
    if (newer !== undefined) covered.add(newer["name"]);
    env.push(newer ?? variable);
  }
  for (const variable of set) {
    if (covered.has(variable["name"])) continue;
    covered.add(variable["name"]);
    env.push(variable);
  }
  return env;
}

/** Throws where a variable has another value already. */
export function checkOverwrites(existing: readonly JsonObject[], set: readonly JsonObject[]): void {
  const errors = set.flatMap((s) => {
    const known = existing.find((e) => e["name"] === s["name"]);
    return known === undefined || (known["value"] ?? "") === (s["value"] ?? "")
      ? []
      : [`'${s["name"]}' already has a value (${known["value"] ?? ""}), and --overwrite is false`];
  });
  if (errors.length > 0) throw new Error(errors.length === 1 ? errors[0] : `[${errors.join(", ")}]`);
}

/** Where a variable's value comes from, in words. Mirrors envutil.GetEnvVarRefString. */
export function sourceText(from: JsonObject): string {
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = from;
  if (configMapKeyRef !== undefined) return `configmap ${configMapKeyRef.name ?? ""}, key ${configMapKeyRef.key}`;
  if (secretKeyRef !== undefined) return `secret ${secretKeyRef.name ?? ""}, key ${secretKeyRef.key}`;
  if (fieldRef !== undefined) return `field path ${fieldRef.fieldPath}`;
  if (resourceFieldRef === undefined) return "invalid valueFrom";
  const container = resourceFieldRef.containerName ? `${resourceFieldRef.containerName}/` : "";
  return `resource field ${container}${resourceFieldRef.resource}`;
}
