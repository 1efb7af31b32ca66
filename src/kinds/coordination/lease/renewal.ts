import { formatMicroTime, type Instant, parseTime } from "../../../machinery/time.ts";
import type { PresentFacet } from "../../definition.ts";
import type { Lease } from "../../types/coordination_v1.ts";

/** The annotation of a node's lease that says since when its kubelet is silent. */
const STOPPED_AT = "drykube.io/stopped-at";
const IDENTITY = "apiserver.kubernetes.io/identity";
const ELECTED = new Set(["kube-controller-manager", "kube-scheduler"]);

/** How often the holder renews a lease of the cluster's own components, in milliseconds; undefined: it is someone else's. */
function periodMs({ metadata, spec }: Lease): number | undefined {
  const { namespace, name = "", annotations, labels, ownerReferences } = metadata;
  if (namespace === "kube-node-lease")
    return annotations?.[STOPPED_AT] === undefined &&
      ownerReferences?.[0]?.kind === "Node" &&
      spec?.holderIdentity === name
      ? 10_000
      : undefined;
  if (namespace !== "kube-system") return undefined;
  if (labels?.[IDENTITY] !== undefined) return 10_000;
  return ELECTED.has(name) ? 2000 : undefined;
}

function renewedAt(since: string | undefined, period: number, now: Instant): string | undefined {
  const first = parseTime(since);
  if (Number.isNaN(first) || now <= first) return since;
  return formatMicroTime(first + Math.floor((now - first) / period) * period);
}

/** Renewals follow from time alone, so nobody writes them down. */
export const present: PresentFacet<Lease> = {
  present(lease, now) {
    const period = periodMs(lease);
    if (period === undefined) return lease;
    return { ...lease, spec: { ...lease.spec, renewTime: renewedAt(lease.spec?.renewTime, period, now) } };
  },
};
