import { hexId } from "./container-spec.ts";
import { allContainers } from "./containers.ts";
import type { PodSync } from "./sync.ts";
import { wake } from "./sync.ts";
import type { ReadyVolume } from "./volumes.ts";
import { containerMounts } from "./volumes.ts";

/** How long a running pod goes on with the old files: the kubelet's sync period. */
const syncPeriodMs = 60_000;

function digest(volumes: ReadonlyMap<string, ReadyVolume>): string {
  const files = [...volumes].map(([name, { files = [] }]) => [
    name,
    files.map(({ path, content }) => [
      path,
      typeof content === "string" ? content : Buffer.from(content).toString("hex"),
    ]),
  ]);
  return hexId(JSON.stringify(files)).slice(0, 16);
}

/** Brings changed ConfigMaps, Secrets and labels into running containers, a sync period late. Mirrors the volume manager's remounts (RequiresRemount). */
export async function remount(sync: PodSync, volumes: ReadonlyMap<string, ReadyVolume>): Promise<void> {
  const { record } = sync;
  const running = allContainers(sync.pod).filter((c) => record.containers[c.spec.name]?.running);
  const now = digest(volumes);
  if (record.mounted === undefined || running.length === 0) record.mounted = now;
  if (record.mounted === now) {
    record.remountAt = undefined;
    return;
  }
  record.remountAt ??= sync.now + syncPeriodMs;
  if (sync.now < record.remountAt) return wake(sync, record.remountAt);
  for (const container of running)
    for (const mount of containerMounts(container, volumes, new Map()))
      if (mount.files !== undefined && mount.subPath === undefined)
        await sync.runtime.updateMount(
          record.containers[container.spec.name]?.id ?? "",
          mount.mountPath,
          mount.files,
          sync.now,
        );
  record.mounted = now;
  record.remountAt = undefined;
}
