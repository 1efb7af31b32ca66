import type { Instant } from "../../machinery/time.ts";
import type { NetworkCall, OutsideAnswer } from "../runtime/machine/outside.ts";

/** Who sends into the cluster network: a pod, or (undefined) someone outside the cluster. */
export interface NetworkSource {
  readonly namespace: string;
  readonly podName: string;
  readonly podUid: string;
  readonly podIP: string;
  readonly nodeName: string;
  readonly hostNetwork: boolean;
}

/** The network between pods: DNS, service addresses, policies. It sees the cluster through the API only. */
export interface ClusterNetwork {
  ask(call: NetworkCall, from: NetworkSource | undefined, at: Instant): Promise<OutsideAnswer>;
}
