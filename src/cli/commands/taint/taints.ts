import { labelValueErrors, qualifiedNameErrors } from "../../../machinery/names.ts";

/** A taint of a node, as in its spec. */
export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
  readonly timeAdded?: string;
}

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

function parseTaint(spec: string): Taint {
  const parts = spec.split(":");
  if (parts.length > 2) throw new Error(`invalid taint spec: ${spec}`);
  let key = parts[0]!;
  let value = "";
  const effect = parts[1] ?? "";
  if (parts.length === 2) {
    if (!EFFECTS.includes(effect)) throw new Error(`invalid taint effect: ${effect}, unsupported taint effect`);
    const pair = key.split("=");
    if (pair.length > 2) throw new Error(`invalid taint spec: ${spec}`);
    [key = "", value = ""] = pair;
    const errors = labelValueErrors(value);
    if (errors.length > 0) throw new Error(`invalid taint spec: ${spec}, ${errors.join("; ")}`);
  }
  const errors = qualifiedNameErrors(key);
  if (errors.length > 0) throw new Error(`invalid taint spec: ${spec}, ${errors.join("; ")}`);
  return { key, ...(value === "" ? {} : { value }), effect };
}

/** KEY[=VALUE]:EFFECT to add, KEY[:EFFECT]- to remove. Mirrors taint/utils.go parseTaints. */
export function parseTaints(specs: readonly string[]): { add: Taint[]; remove: Taint[] } {
  const add: Taint[] = [];
  const remove: Taint[] = [];
  for (const spec of specs) {
    if (spec.endsWith("-")) {
      const { key, effect } = parseTaint(spec.slice(0, -1));
      remove.push({ key, effect });
      continue;
    }
    const taint = parseTaint(spec);
    if (taint.effect === "") throw new Error(`invalid taint spec: ${spec}`);
    if (add.some((t) => matches(t, taint)))
      throw new Error(
        `duplicated taints with the same key and effect: {${taint.key} ${taint.value ?? ""} ${taint.effect} <nil>}`,
      );
    add.push(taint);
  }
  return { add, remove };
}

/** Whether two taints are about the same: key and effect. */
export const matches = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;

/** Whether what is removed covers a taint; without an effect, all of its key. */
export const covers = (removed: Taint, taint: Taint): boolean =>
  removed.key === taint.key && (removed.effect === "" || removed.effect === taint.effect);

const textOf = (t: Taint): string => (t.effect === "" ? t.key : `${t.key}:${t.effect}`);

/** The taints of a node after the changes, and what was done to it. Throws for taints that are not there. Mirrors reorganizeTaints. */
export function reorganize(
  old: readonly Taint[],
  changes: { readonly add: readonly Taint[]; readonly remove: readonly Taint[] },
  overwrite: boolean,
): { taints: Taint[]; operation: string } {
  let taints = [...changes.add, ...old.filter((o) => !changes.add.some((t) => matches(t, o)))];
  const added = taints.length !== old.length;
  let deleted = false;
  const errors: Error[] = [];
  for (const removed of changes.remove) {
    const left = taints.filter((t) => !covers(removed, t));
    if (left.length === taints.length) errors.push(new Error(`taint ${JSON.stringify(textOf(removed))} not found`));
    else deleted = true;
    taints = left;
  }
  if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors);
  const operation = (added && deleted) || overwrite ? "modified" : added ? "tainted" : deleted ? "untainted" : "";
  return { taints, operation };
}
