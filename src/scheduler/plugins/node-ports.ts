import { hostPorts } from "../../kinds/shared/scheduling/pod-requests.ts";
import type { Pod } from "../../kinds/types/core_v1.ts";
import type { Plugin } from "../framework.ts";

const everywhere = "0.0.0.0";

/** Whether some host port of `pod` is taken by one of the others. Mirrors framework HostPortInfo.CheckConflict. */
export function portsConflict(pod: Pod, others: readonly Pod[]): boolean {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return false;
  return others.some((other) =>
    hostPorts(other).some((taken) =>
      wanted.some(
        (port) =>
          port.port === taken.port &&
          port.protocol === taken.protocol &&
          (port.ip === taken.ip || port.ip === everywhere || taken.ip === everywhere),
      ),
    ),
  );
}

/** Keeps host ports apart. Mirrors plugins/nodeports. */
export const nodePorts: Plugin = {
  name: "NodePorts",
  preFilter: (pod) => (hostPorts(pod).length === 0 ? "skip" : {}),
  filter(pod, node) {
    if (!portsConflict(pod, node.pods)) return undefined;
    return { reasons: ["node(s) didn't have free ports for the requested pod ports"], unresolvable: false };
  },
};
