import type { JsonObject } from "../../machinery/object.ts";
import { addQuantities, formatQuantity, parseQuantity } from "../../machinery/quantity.ts";

/** metav1.Table of node or pod metrics. Mirrors metrics-server pkg/api addPodMetricsToTable. */
export function metricsTable(answer: JsonObject): JsonObject {
  const items: readonly JsonObject[] = answer["items"] ?? [answer];
  const itemKind = String(answer["kind"]).replace(/List$/, "");
  const columnDefinitions =
    items.length === 0
      ? []
      : [
          { name: "Name", type: "string", format: "name", description: "Name of the resource", priority: 0 },
          ...["cpu", "memory"].map((name) => ({
            name,
            type: "string",
            format: "quantity",
            description: "",
            priority: 0,
          })),
          { name: "Window", type: "string", format: "duration", description: "", priority: 0 },
        ];
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: {},
    columnDefinitions,
    rows: items.map((item) => ({
      cells: [item["metadata"].name, total(item, "cpu"), total(item, "memory"), item["window"]],
      object: { kind: itemKind, apiVersion: answer["apiVersion"], ...item },
    })),
  };
}

function total(item: JsonObject, resource: string): string {
  const parts: readonly JsonObject[] = item["containers"] ?? [item];
  const sum = parts
    .map((part) => parseQuantity(part["usage"]?.[resource] ?? "0"))
    .reduce((a, b) => addQuantities(a, b), parseQuantity("0"));
  return formatQuantity(sum);
}
