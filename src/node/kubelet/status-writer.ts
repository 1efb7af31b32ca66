import type { Client } from "../../client/client.ts";
import type { Pod, PodStatus } from "../../kinds/types/core_v1.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { deepEqual } from "../../machinery/object.ts";
import { isConflict, isNotFound } from "../../machinery/status-error.ts";

const pods = (namespace: string | undefined) => ({
  group: "",
  version: "v1",
  resource: "pods",
  ...(namespace === undefined ? {} : { namespace }),
});

/** JSON null counts as absent: an unset time reads as null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const copy: JsonObject = Object.create(null);
  for (const [key, part] of Object.entries(value))
    if (part !== null && part !== undefined) copy[key] = withoutNulls(part);
  return copy;
}

/** Conditions keep the place they have in the stored status, so that an unchanged one reads as unchanged. */
function inOldOrder(status: PodStatus, old: PodStatus | undefined): PodStatus {
  const place = new Map((old?.conditions ?? []).map((c, i) => [c.type, i]));
  const conditions = [...(status.conditions ?? [])];
  const own = new Map(conditions.map((c, i) => [c.type, i]));
  const initial = conditions.length > 0 && !place.has("Initialized");
  if (!initial)
    conditions.sort(
      (a, b) =>
        Number(b.type.startsWith("PodResize")) - Number(a.type.startsWith("PodResize")) ||
        (place.get(a.type) ?? 1000 + (own.get(a.type) ?? 0)) - (place.get(b.type) ?? 1000 + (own.get(b.type) ?? 0)),
    );
  return { ...status, conditions };
}

/** Writes a pod's status where it differs from what is stored. Mirrors pkg/kubelet/status/status_manager.go syncPod. */
export async function writePodStatus(client: Client, pod: Pod, status: PodStatus): Promise<void> {
  let current = pod;
  for (let attempt = 0; ; attempt++) {
    const next = inOldOrder(status, current.status);
    if (deepEqual(withoutNulls(current.status ?? {}), withoutNulls(next))) return;
    try {
      const path = pods(pod.metadata.namespace);
      await client.update<Pod>(path, { ...current, status: next }, { subresource: "status" });
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isConflict(error) || attempt > 4) throw error;
      current = await client.get<Pod>(pods(pod.metadata.namespace), pod.metadata.name ?? "");
      if (current.metadata.uid !== pod.metadata.uid) return;
    }
  }
}

/** Removes a terminated pod from the API for good. */
export async function deletePod(client: Client, pod: Pod): Promise<void> {
  if (pod.metadata.deletionGracePeriodSeconds === 0) return;
  const uid = pod.metadata.uid;
  try {
    await client.delete(pods(pod.metadata.namespace), pod.metadata.name ?? "", {
      gracePeriodSeconds: 0,
      ...(uid === undefined ? {} : { uid }),
    });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
