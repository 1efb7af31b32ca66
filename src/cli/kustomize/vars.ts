import type { JsonObject } from "../../machinery/object.ts";
import { klogLine } from "../klog.ts";
import type { Session } from "../session.ts";
import { type FieldSpec, isFor, visitField } from "./field-paths.ts";
import { idOf, idsOf, type Resource } from "./resource.ts";

/** One entry of `vars`. */
export interface Var {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly object: string;
  readonly namespace: string;
  /** As written; "" where metadata.name is meant. */
  readonly fieldPath: string;
}

function varOf(entry: JsonObject): Var {
  const { apiVersion = "", kind = "", name = "", namespace = "" } = entry["objref"] ?? {};
  const slash = String(apiVersion).indexOf("/");
  return {
    name: String(entry["name"] ?? ""),
    group: slash < 0 ? "" : apiVersion.slice(0, slash),
    version: slash < 0 ? apiVersion : apiVersion.slice(slash + 1),
    kind,
    object: name,
    namespace,
    fieldPath: entry["fieldref"]?.fieldpath ?? "",
  };
}

/** "{SVC Service.v1.[noGrp] {metadata.name}}", as errors print a variable. */
const varText = (v: Var, version: string, fieldPath: string): string =>
  `{${v.name} ${v.kind || "[noKind]"}.${version || "[noVer]"}.${v.group || "[noGrp]"} {${fieldPath}}}`;

/** The variables of a kustomization beside those of its bases. Throws for a name that is taken. Mirrors accumulator.MergeVars. */
export function mergeVars(known: readonly Var[], entries: readonly JsonObject[]): Var[] {
  const added = entries.map(varOf);
  const all = [...known];
  for (const v of added) {
    if (all.some((other) => other.name === v.name))
      throw new Error(
        `merging vars [${added.map((a) => varText(a, "", a.fieldPath)).join(" ")}]: var '${v.name}' already encountered`,
      );
    all.push(v);
  }
  return all;
}

/** The value at "spec.template.spec.containers[0].image". */
function valueAt(object: JsonObject, fieldPath: string): unknown {
  let value: unknown = object;
  for (const part of fieldPath.split(/[.[\]]+/).filter((p) => p !== "")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as JsonObject)[part];
  }
  return value;
}

function referredValue(resources: readonly Resource[], v: Var): unknown {
  const found = resources.filter((r) =>
    idsOf(r).some(
      (id) =>
        id.kind === v.kind &&
        id.name === v.object &&
        (v.group === "" || id.group === v.group) &&
        (v.namespace === "" || id.namespace === v.namespace),
    ),
  );
  const fieldPath = v.fieldPath || "metadata.name";
  const value = found.length === 1 ? valueAt(found[0]!.object, fieldPath) : undefined;
  if (found.length > 1)
    throw new Error(
      `found ${found.length} resId matches for var ${varText(v, v.version, fieldPath)} (unable to disambiguate)`,
    );
  if (found.length === 0)
    throw new Error(
      `var '${varText(v, v.version, fieldPath)}' cannot be mapped to a field in the set of known resources`,
    );
  if (value === undefined || typeof value === "object")
    throw new Error(`field specified in var '${varText(v, v.version, fieldPath)}' not found in corresponding resource`);
  return value;
}

/** $(NAME) replaced, $$ being one dollar; what nobody defined stays. A text that is one reference alone takes the value with its type. Mirrors api/internal/accumulator/expansion. */
function expand(text: string, values: ReadonlyMap<string, unknown>, used: Set<string>): unknown {
  const alone = /^\$\(([^()$]*)\)$/.exec(text)?.[1];
  if (alone !== undefined && values.has(alone)) {
    used.add(alone);
    return values.get(alone);
  }
  return text.replace(/\$(?:\$|\(([^()]*)\))/g, (whole, name: string | undefined) => {
    if (name === undefined) return "$";
    if (!values.has(name)) return whole;
    used.add(name);
    return String(values.get(name));
  });
}

const POD_SPECS: readonly (readonly [string, string])[] = [
  ["Pod", "spec"],
  ...["DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"].map(
    (kind) => [kind, "spec/template/spec"] as const,
  ),
  ["CronJob", "spec/jobTemplate/spec/template/spec"],
];

/** Where variables are looked for. Mirrors kustomize's builtinpluginconsts/varreference.go. */
const varFields: readonly FieldSpec[] = [
  ...POD_SPECS.flatMap(([kind, root]) =>
    ["containers", "initContainers"].flatMap((list) =>
      ["args", "command", "env/value", "volumeMounts/mountPath"].map((field) => ({
        kind,
        path: `${root}/${list}/${field}`,
      })),
    ),
  ),
  ...["spec/rules/host", "spec/tls/hosts", "spec/tls/secretName"].map((path) => ({ kind: "Ingress", path })),
  { kind: "Service", path: "spec/ports/port" },
  { kind: "Service", path: "spec/ports/targetPort" },
  { kind: "PersistentVolume", path: "spec/nfs/server" },
  { kind: "Deployment", path: "spec/template/spec/volumes/nfs/server" },
  { kind: "StatefulSet", path: "spec/volumeClaimTemplates/spec/nfs/server" },
  { path: "metadata/labels" },
  { path: "metadata/annotations" },
];

function expandField(holder: JsonObject, field: string, change: (text: string) => unknown): void {
  const value = holder[field];
  const changed = (item: unknown): unknown => (typeof item === "string" ? change(item) : item);
  if (Array.isArray(value)) holder[field] = value.map(changed);
  else if (typeof value === "object" && value !== null)
    holder[field] = Object.fromEntries(Object.entries(value).map(([k, v]) => [k, changed(v)]));
  else holder[field] = changed(value);
}

/** Puts the variables' values where they are referred to; tells of those that nobody refers to. Mirrors ResAccumulator.ResolveVars. */
export function resolveVars(
  session: Session,
  resources: readonly Resource[],
  vars: readonly Var[],
  extra: readonly FieldSpec[],
): void {
  if (vars.length === 0) return;
  const values = new Map(vars.map((v) => [v.name, referredValue(resources, v)]));
  const used = new Set<string>();
  for (const { object } of resources) {
    const id = idOf(object);
    for (const spec of [...varFields, ...extra].filter((s) => isFor(s, id)))
      visitField(object, spec.path, false, (holder, field) =>
        expandField(holder, field, (text) => expand(text, values, used)),
      );
  }
  const unused = vars.map((v) => v.name).filter((name) => !used.has(name));
  if (unused.length > 0)
    klogLine(session, "I", "log.go:245", `well-defined vars that were never replaced: ${unused.join(",")}`);
}
