import type { JsonObject } from "../../machinery/object.ts";

/** What `wait --for` waits for. */
export type Condition =
  | { readonly kind: "create" }
  | { readonly kind: "delete" }
  | { readonly kind: "met"; isMet(object: JsonObject): boolean };

const equalFold = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Whether a status condition has a value, in the object's present generation. Mirrors wait.ConditionalWait.checkCondition. */
export function hasCondition(object: JsonObject, name: string, value: string): boolean {
  for (const condition of (object["status"]?.conditions ?? []) as JsonObject[]) {
    if (!equalFold(String(condition["type"] ?? ""), name) || condition["status"] === undefined) continue;
    const generation = object["metadata"]?.generation;
    const observed = condition["observedGeneration"] ?? object["status"]?.observedGeneration;
    if (typeof generation === "number" && typeof observed === "number" && observed < generation) return false;
    return equalFold(String(condition["status"]), value);
  }
  return false;
}

/** Mirrors wait.processJSONPathInput. */
function splitJsonPath(text: string): { expression: string; value: string | undefined } {
  // The value starts behind the closing brace, as the expression may have equal signs of its own.
  const close = text.startsWith("{") ? text.lastIndexOf("}=") + 1 : text.indexOf("=");
  const equals = text.startsWith("{") && close === 0 ? -1 : close;
  if (text === "") throw new Error("jsonpath expression cannot be empty");
  if (equals < 0) return { expression: text, value: undefined };
  const value = text.slice(equals + 1);
  if (value === "")
    throw new Error(
      "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3",
    );
  return { expression: text.slice(0, equals), value: value.replace(/^["']|["']$/g, "") };
}

async function jsonPathCondition(text: string): Promise<Condition> {
  const { expression, value } = splitJsonPath(text);
  const { relaxedJsonPath } = await import("../../machinery/jsonpath/parse.ts");
  const { compileJsonPath } = await import("../printers/jsonpath.ts");
  const path = compileJsonPath(relaxedJsonPath(expression));
  return {
    kind: "met",
    isMet: (object) => {
      const found = path.find(object).flat();
      if (found.length === 0) return false;
      if (value === undefined) return found.length > 0;
      if (found.length > 1) throw new Error("given jsonpath expression matches more than one value");
      const [one] = found;
      if (typeof one === "object" && one !== null)
        throw new Error("jsonpath leads to a nested object or list which is not supported");
      return String(one).trim() === value.trim();
    },
  };
}

/** Reads --for. Mirrors wait.conditionFuncFor. */
export async function parseCondition(text: string): Promise<Condition> {
  if (equalFold(text, "create")) return { kind: "create" };
  if (equalFold(text, "delete")) return { kind: "delete" };
  if (text.startsWith("condition=")) {
    const [name = "", ...rest] = text.slice("condition=".length).split("=");
    const value = rest.length === 0 ? "true" : rest.join("=");
    return { kind: "met", isMet: (object) => hasCondition(object, name, value) };
  }
  if (text.startsWith("jsonpath=")) return jsonPathCondition(text.slice("jsonpath=".length));
  throw new Error(`unrecognized condition: ${JSON.stringify(text)}`);
}
