import { formatLabels } from "../../../machinery/selectors/label.ts";
import type { TableFacet } from "../../definition.ts";
import { age, loadBalancerCell } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, selectorColumn, textColumn } from "../../shared/table/columns.ts";
import type { Service } from "../../types/core_v1.ts";

/** Mirrors printers.getServiceExternalIP. */
function externalIp({ spec, status }: Service): string {
  const own = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case "ClusterIP":
    case "NodePort":
      return own.join(",") || "<none>";
    case "LoadBalancer":
      return [loadBalancerCell(status?.loadBalancer?.ingress), ...own].filter((t) => t !== "").join(",") || "<pending>";
    case "ExternalName":
      return spec.externalName ?? "";
    default:
      return "<unknown>";
  }
}

function ports({ spec }: Service): string {
  const texts = (spec?.ports ?? []).map((p) =>
    p.nodePort ? `${p.port}:${p.nodePort}/${p.protocol}` : `${p.port}/${p.protocol}`,
  );
  return texts.join(",") || "<none>";
}

/** Mirrors printers.printService. */
export const table: TableFacet<Service> = {
  columns: [
    nameColumn,
    textColumn("Type"),
    textColumn("Cluster-IP"),
    textColumn("External-IP"),
    textColumn("Port(s)"),
    ageColumn,
    selectorColumn,
  ],
  row: (service, now) => [
    service.metadata.name,
    service.spec?.type ?? "",
    service.spec?.clusterIPs?.[0] ?? "<none>",
    externalIp(service),
    ports(service),
    age(service, now),
    formatLabels(service.spec?.selector),
  ],
};
