import type { TableFacet } from "../../definition.ts";
import { age, loadBalancerCell } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { Ingress, IngressRule } from "../../types/networking_v1.ts";

const maxHosts = 3;

/** The first three hosts; what is counted as more are rules, with or without a host. Mirrors printers.formatHosts. */
function hosts(rules: readonly IngressRule[]): string {
  const shown: string[] = [];
  let more = false;
  for (const { host } of rules) {
    if (shown.length === maxHosts) more = true;
    else if (host) shown.push(host);
  }
  if (shown.length === 0) return "*";
  return more ? `${shown.join(",")} + ${rules.length - maxHosts} more...` : shown.join(",");
}

/** Mirrors printers.printIngress. */
export const table: TableFacet<Ingress> = {
  columns: [
    nameColumn,
    textColumn("Class"),
    textColumn("Hosts"),
    textColumn("Address"),
    textColumn("Ports"),
    ageColumn,
  ],
  row: (ingress, now) => [
    ingress.metadata.name,
    ingress.spec?.ingressClassName ?? "<none>",
    hosts(ingress.spec?.rules ?? []),
    loadBalancerCell(ingress.status?.loadBalancer?.ingress),
    (ingress.spec?.tls?.length ?? 0) > 0 ? "80, 443" : "80",
    age(ingress, now),
  ],
};
