import type { Pod } from "../../kinds/types/core_v1.ts";
import type { Quantity } from "../../kinds/types/meta_v1.ts";
import { formatQuantity, newQuantity, parseQuantity, quantityValue } from "../../machinery/quantity.ts";
import type { DiskUsage } from "../runtime/runtime.ts";
import { allContainers, mainContainers } from "./containers.ts";
import type { PodSync } from "./sync.ts";
import { emit, wake } from "./sync.ts";

/** How often the eviction manager looks, and how rarely at a pod whose usage does not move. */
const periodMs = 10_000;
const longestPeriodMs = 600_000;

/** How long an evicted pod's containers get, in milliseconds. */
export const evictionGraceMs = 1000;

interface Excess {
  readonly message: string;
}

/** Gives a pod up that has outgrown its local storage. It is looked at only as long as its programs do something. Mirrors pkg/kubelet/eviction/eviction_manager.go localStorageEviction. */
export async function evictForStorage(sync: PodSync): Promise<void> {
  const { record, pod, now } = sync;
  if (!isLimited(pod) || !record.sandboxReady) return;
  const storage = record.storage ?? { checkAt: now + periodMs, used: -1, periodMs };
  record.storage = storage;
  if (now < storage.checkAt) return wake(sync, storage.checkAt);
  const usage = await sync.runtime.diskUsage(record.uid, now);
  const excess = usage && excessOf(sync, usage);
  if (excess) {
    await emit(sync, undefined, "Warning", "Evicted", excess.message);
    record.failed = { reason: "Evicted", message: excess.message };
    return;
  }
  const next = await nextActivity(sync);
  const used = usage === undefined ? 0 : total(usage);
  record.storage = undefined;
  if (next === undefined) return;
  const period = used === storage.used ? Math.min(storage.periodMs * 2, longestPeriodMs) : periodMs;
  record.storage = { checkAt: Math.max(now + period, next), used, periodMs: period };
  wake(sync, record.storage.checkAt);
}

const storageLimit = (limits: Readonly<Record<string, Quantity>> | undefined): Quantity | undefined =>
  limits?.["ephemeral-storage"];

const isLimited = (pod: Pod): boolean =>
  (pod.spec?.volumes ?? []).some((volume) => volume.emptyDir?.sizeLimit !== undefined) ||
  mainContainers(pod).some(({ spec }) => storageLimit(spec.resources?.limits) !== undefined);

const total = ({ containers, volumes }: DiskUsage): number =>
  [...Object.values(containers), ...Object.values(volumes)].reduce((sum, bytes) => sum + bytes, 0);

async function nextActivity({ pod, record, runtime, now }: PodSync): Promise<number | undefined> {
  let next: number | undefined;
  for (const { spec } of allContainers(pod)) {
    const state = record.containers[spec.name];
    if (!state?.running || state.id === undefined) continue;
    const acts = await runtime.nextActivity?.(state.id, now);
    if (acts !== undefined && (next === undefined || acts < next)) next = acts;
  }
  return next;
}

const bytesOf = (quantity: Quantity): number => quantityValue(parseQuantity(quantity));

function excessOf({ pod, record }: PodSync, usage: DiskUsage): Excess | undefined {
  for (const { name, emptyDir } of pod.spec?.volumes ?? []) {
    const limit = emptyDir?.sizeLimit;
    if (limit !== undefined && (usage.volumes[name] ?? 0) > bytesOf(limit))
      return { message: `Usage of EmptyDir volume ${JSON.stringify(name)} exceeds the limit "${canonical(limit)}". ` };
  }
  const limits = mainContainers(pod).flatMap(({ spec }) => storageLimit(spec.resources?.limits) ?? []);
  const sum = limits.reduce<number>((all, limit) => all + bytesOf(limit), 0);
  if (limits.length > 0 && total(usage) > sum) {
    const text = limits.length === 1 ? canonical(limits[0]!) : formatQuantity(newQuantity(sum, "BinarySI"));
    return { message: `Pod ephemeral local storage usage exceeds the total limit of containers ${text}. ` };
  }
  for (const { spec } of mainContainers(pod)) {
    const limit = storageLimit(spec.resources?.limits);
    const used = usage.containers[record.containers[spec.name]?.id ?? ""] ?? 0;
    if (limit !== undefined && used > bytesOf(limit))
      return { message: `Container ${spec.name} exceeded its local ephemeral storage limit "${canonical(limit)}". ` };
  }
  return undefined;
}

const canonical = (quantity: Quantity): string => formatQuantity(parseQuantity(quantity));
