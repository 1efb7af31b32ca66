import type { JsonObject } from "../../../machinery/object.ts";
import { parseToLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import { flag } from "../../flags/flag.ts";
import { type GenerateOptions, type Generator, generatorCommand } from "../../generate/generator.ts";

const COUNT = /^[0-9]+%?$/;

function validate({ flags }: GenerateOptions): void {
  const min: string = flags["minAvailable"];
  const max: string = flags["maxUnavailable"];
  if (flags["selector"] === "") throw new Error("a selector must be specified");
  if (max === "" && min === "") throw new Error("one of min-available or max-unavailable must be specified");
  if (max !== "" && min !== "") throw new Error("min-available and max-unavailable cannot be both specified");
  if (min !== "" && !COUNT.test(min)) throw new Error("invalid format specified for min-available");
  if (max !== "" && !COUNT.test(max)) throw new Error("invalid format specified for max-unavailable");
}

const intOrString = (text: string): number | string => (text.endsWith("%") ? text : Number(text));

function generate({ name, flags }: GenerateOptions): JsonObject {
  const bound =
    flags["minAvailable"] !== ""
      ? { minAvailable: intOrString(flags["minAvailable"]) }
      : { maxUnavailable: intOrString(flags["maxUnavailable"]) };
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name },
    spec: { ...bound, selector: parseToLabelSelector(flags["selector"]) },
  };
}

const generator: Generator = {
  path: "create poddisruptionbudget",
  text: {
    usage: "NAME --selector=SELECTOR --min-available=N [--dry-run=server|client|none]",
    long: "Create a pod disruption budget.",
    examples: `
# At least one pod of app=rails stays
kubectl create poddisruptionbudget my-pdb --selector=app=rails --min-available=1

# At least half of them stay
kubectl create pdb my-pdb --selector=app=nginx --min-available=50%`,
  },
  flags: [
    flag.string("max-unavailable", "How many of the pods may be away at most, as a number or a percentage."),
    flag.string("min-available", "How many of the pods must stay, as a number or a percentage."),
    flag.string("selector", "Label selector of the pods, by equality only."),
  ],
  resource: { group: "policy", version: "v1", resource: "poddisruptionbudgets", namespaced: true },
  namedHere: true,
  failure: "failed to create poddisruptionbudgets:",
  validate,
  generate,
};

/** `kubectl create poddisruptionbudget`. Mirrors kubectl/pkg/cmd/create/create_pdb.go. */
export const command = generatorCommand(generator);
