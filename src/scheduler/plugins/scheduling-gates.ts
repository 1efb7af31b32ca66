import type { Pod } from "../../kinds/types/core_v1.ts";

/** Whether a pod waits for its gates to be removed; the API server says so in its status. Mirrors plugins/schedulinggates PreEnqueue. */
export const isGated = (pod: Pod): boolean => (pod.spec?.schedulingGates ?? []).length > 0;
