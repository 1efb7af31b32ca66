import { metadataMapCommand } from "../../change/metadata-map.ts";
import { type PairChanges, parsePairs } from "../../change/pairs.ts";

/** May always be changed: it is what `rollout history` shows. */
const CHANGE_CAUSE = "kubernetes.io/change-cause";

/** KEY=VALUE and KEY- of annotations. */
export function parseAnnotationChanges(specs: readonly string[]): PairChanges {
  const changes = parsePairs(specs, "annotation", true);
  const both = changes.remove.filter((key) => changes.set.has(key));
  if (both.length > 0)
    throw new Error(
      `can not both modify and remove the following annotation(s) in the same command: ${both.join(", ")}`,
    );
  return changes;
}

/** `kubectl annotate`. */
export const command = metadataMapCommand({
  command: "annotate",
  field: "annotations",
  singular: "annotation",
  text: {
    usage: "[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]",
    long: `Set, change or remove annotations of resources.

 An annotation that has a value is changed only with --overwrite; KEY- removes one.

Use "kubectl api-resources" for a complete list of supported resources.`,
    examples: `
# An annotation
kubectl annotate pods foo description='my frontend'

# Change one
kubectl annotate --overwrite pods foo description='my frontend running nginx'

# All pods of the namespace
kubectl annotate pods --all description='my frontend running nginx'

# Remove one
kubectl annotate pods foo description-`,
  },
  parse: parseAnnotationChanges,
  checkOverwrites: (current, { set }) => {
    const found = [...set]
      .filter(([key, value]) => key !== CHANGE_CAUSE && Object.hasOwn(current, key) && current[key] !== value)
      .map(([key]) => `'${key}' already has a value (${current[key]})`);
    if (found.length > 0)
      throw new Error(`--overwrite is false but found the following declared annotation(s): ${found.join("; ")}`);
  },
  operation: () => "annotated",
  localNeedsFiles: "one or more files must be specified as -f rsrc.yaml or --filename=rsrc.json",
  localRefusesResources: "can only use local files by -f rsrc.yaml or --filename=rsrc.json when --local=true is set",
  listRefusesOutput: false,
});
