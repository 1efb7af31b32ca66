import { labelValueErrors } from "../../../machinery/names.ts";
import { differs, metadataMapCommand } from "../../change/metadata-map.ts";
import type { PairChanges } from "../../change/pairs.ts";

/** KEY=VALUE and KEY- of labels. Mirrors label.go parseLabels. */
export function parseLabelChanges(specs: readonly string[]): PairChanges {
  const set = new Map<string, string>();
  const remove: string[] = [];
  for (const spec of specs) {
    if (!spec.includes("=")) {
      if (!spec.endsWith("-")) throw new Error(`unknown label spec: ${spec}`);
      remove.push(spec.slice(0, -1));
      continue;
    }
    const parts = spec.split("=");
    if (parts.length !== 2) throw new Error(`invalid label spec: ${spec}`);
    const errors = labelValueErrors(parts[1]!);
    if (errors.length > 0) throw new Error(`invalid label value: ${JSON.stringify(spec)}: ${errors.join(";")}`);
    set.set(parts[0]!, parts[1]!);
  }
  if (remove.some((key) => set.has(key))) throw new Error("can not both modify and remove a label in the same command");
  return { set, remove };
}

/** `kubectl label`. */
export const command = metadataMapCommand({
  command: "label",
  field: "labels",
  singular: "label",
  text: {
    usage: "[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]",
    long: `Set, change or remove labels of resources.

 A label that has a value is changed only with --overwrite; KEY- removes one.`,
    examples: `
# A label
kubectl label pods foo unhealthy=true

# Change one
kubectl label --overwrite pods foo status=unhealthy

# All pods of the namespace
kubectl label pods --all status=unhealthy

# Remove one
kubectl label pods foo bar-`,
  },
  parse: parseLabelChanges,
  checkOverwrites: (current, { set }) => {
    const errors = [...set]
      .filter(([key, value]) => Object.hasOwn(current, key) && current[key] !== value)
      .map(([key]) => new Error(`'${key}' already has a value (${current[key]}), and --overwrite is false`));
    if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors);
  },
  operation: (before, after, overwrite) => {
    if (!differs(before, after)) return "not labeled";
    return !overwrite && JSON.stringify(after).length < JSON.stringify(before).length ? "unlabeled" : "labeled";
  },
  missing: (session, key) => session.streams.stdout.write(`label ${JSON.stringify(key)} not found.\n`),
  localNeedsFiles: "one or more files must be specified as -f pod.yaml or --filename=pod.json",
  localRefusesResources: "can only use local files by -f pod.yaml or --filename=pod.json when --local=true is set",
  listRefusesOutput: true,
});
