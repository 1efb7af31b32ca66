import type { JsonObject } from "../../machinery/object.ts";

/** What a field holds: a text, a boolean, a number, a map of texts, anything, a list of these, or a struct. */
type Shape = "string" | "bool" | "int" | "strings" | "any" | readonly [Shape] | { readonly [field: string]: Shape };

const SELECTOR = {
  group: "string",
  version: "string",
  kind: "string",
  name: "string",
  namespace: "string",
  labelSelector: "string",
  annotationSelector: "string",
} as const satisfies Shape;

const GENERATOR_OPTIONS = {
  labels: "strings",
  annotations: "strings",
  disableNameSuffixHash: "bool",
  immutable: "bool",
} as const satisfies Shape;

const GENERATOR = {
  name: "string",
  namespace: "string",
  behavior: "string",
  literals: ["string"],
  files: ["string"],
  envs: ["string"],
  env: "string",
  options: GENERATOR_OPTIONS,
} as const satisfies Shape;

const PATCH = { path: "string", patch: "string", target: SELECTOR, options: "any" } as const satisfies Shape;

const KUSTOMIZATION = {
  apiVersion: "string",
  kind: "string",
  metadata: "any",
  openapi: "any",
  namePrefix: "string",
  nameSuffix: "string",
  namespace: "string",
  commonLabels: "strings",
  labels: [{ pairs: "strings", includeSelectors: "bool", includeTemplates: "bool", fields: "any" }],
  commonAnnotations: "strings",
  patchesStrategicMerge: ["string"],
  patchesJson6902: [PATCH],
  patches: [PATCH],
  images: [{ name: "string", newName: "string", newTag: "string", tagSuffix: "string", digest: "string" }],
  imageTags: [{ name: "string", newName: "string", newTag: "string", tagSuffix: "string", digest: "string" }],
  replacements: ["any"],
  replicas: [{ name: "string", count: "int" }],
  vars: ["any"],
  sortOptions: "any",
  resources: ["string"],
  components: ["string"],
  crds: ["string"],
  bases: ["string"],
  configMapGenerator: [GENERATOR],
  secretGenerator: [{ ...GENERATOR, type: "string" }],
  helmGlobals: "any",
  helmCharts: ["any"],
  helmChartInflationGenerator: ["any"],
  generatorOptions: GENERATOR_OPTIONS,
  configurations: ["string"],
  generators: ["string"],
  transformers: ["string"],
  validators: ["string"],
  buildMetadata: ["string"],
} as const satisfies Shape;

const goKind = (value: unknown): string =>
  Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;

const GO_TYPES: Readonly<Record<string, string>> = { string: "string", bool: "bool", int: "int64" };

/** The Go struct that a field of the kustomization holds. */
const STRUCTS: ReadonlyMap<string, string> = new Map([
  ["labels", "Label"],
  ["images", "Image"],
  ["imageTags", "Image"],
  ["patches", "Patch"],
  ["patchesJson6902", "Patch"],
  ["replicas", "Replica"],
  ["generatorOptions", "GeneratorOptions"],
]);

function fail(value: unknown, where: string, type: string): never {
  const [outer = "", ...rest] = where.split(".");
  const struct = rest.length > 1 ? (STRUCTS.get(rest[0]!) ?? outer) : outer;
  throw new Error(
    `invalid Kustomization: json: cannot unmarshal ${goKind(value)} into Go struct field ${[struct, ...rest].join(".")} of type ${type}`,
  );
}

function check(value: unknown, shape: Shape, where: string): void {
  if (value === null || value === undefined || shape === "any") return;
  if (shape === "string" || shape === "bool" || shape === "int") {
    const expected = shape === "bool" ? "boolean" : shape === "int" ? "number" : "string";
    if (typeof value !== expected) fail(value, where, GO_TYPES[shape]!);
  } else if (shape === "strings") {
    if (typeof value !== "object" || Array.isArray(value)) fail(value, where, "map[string]string");
    for (const item of Object.values(value)) check(item, "string", where);
  } else if (Array.isArray(shape)) {
    if (!Array.isArray(value)) fail(value, where, `[]${typeof shape[0] === "string" ? shape[0] : "struct"}`);
    for (const item of value) check(item, shape[0], where);
  } else checkStruct(value, shape as { readonly [field: string]: Shape }, where);
}

function checkStruct(value: unknown, shape: { readonly [field: string]: Shape }, where: string): void {
  if (typeof value !== "object" || Array.isArray(value) || value === null) fail(value, where, "struct");
  // In the order in which the JSON of the file would be read: sorted.
  for (const field of Object.keys(value as object).sort()) {
    if (!Object.hasOwn(shape, field))
      throw new Error(`invalid Kustomization: json: unknown field ${JSON.stringify(field)}`);
    check((value as JsonObject)[field], shape[field]!, `${where}.${field}`);
  }
}

/** Throws kustomize's error for what no kustomization may have. Mirrors types.Kustomization.Unmarshal and EnforceFields. */
export function checkKustomization(content: JsonObject, directory: string): void {
  checkStruct(content, KUSTOMIZATION, "Kustomization");
  const { kind = "Kustomization", apiVersion } = content;
  const problems: string[] = [];
  if (kind !== "Kustomization" && kind !== "Component") problems.push("kind should be Kustomization or Component");
  const expected = `kustomize.config.k8s.io/${kind === "Component" ? "v1alpha1" : "v1beta1"}`;
  if (apiVersion && apiVersion !== expected) problems.push(`apiVersion for ${kind} should be ${expected}`);
  if (problems.length > 0)
    throw new Error(`Failed to read kustomization file under ${directory}:\n${problems.join("\n")}`);
}
