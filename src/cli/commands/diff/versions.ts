import { deepCopy, type JsonObject } from "../../../machinery/object.ts";
import { isConflict, isNotFound } from "../../../machinery/status-error.ts";
import { klogWarning } from "../../klog.ts";
import { fetchInfo } from "../../resources/builder.ts";
import { type Info, pathOf } from "../../resources/info.ts";
import { LAST_APPLIED } from "../../resources/last-applied.ts";
import type { ValidationDirective } from "../../resources/manifests.ts";
import type { Session } from "../../session.ts";
import { patchLive } from "../apply/patcher.ts";

/** How the objects are applied for the comparison. */
export interface DiffApply {
  readonly serverSide: boolean;
  readonly forceConflicts: boolean;
  readonly fieldManager: string;
  readonly validation: ValidationDirective;
}

/** An object as it is and as it would be; undefined where there is none. */
export interface Versions {
  readonly live: JsonObject | undefined;
  readonly merged: JsonObject;
}

async function liveOf(session: Session, info: Info): Promise<JsonObject | undefined> {
  try {
    return await fetchInfo(session, info);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The manifest without the annotation that apply would add. Mirrors util.GetModifiedConfiguration without `annotate`. */
function withoutAnnotation(manifest: JsonObject): JsonObject {
  const { [LAST_APPLIED]: _, ...annotations } = manifest["metadata"]?.annotations ?? {};
  return { ...manifest, metadata: { ...manifest["metadata"], annotations } };
}

/** Both versions of what an info's manifest is about; the server is asked with a dry run. Mirrors diff.go InfoObject. */
export async function versionsOf(session: Session, info: Info, o: DiffApply): Promise<Versions> {
  const manifest = deepCopy(info.object!);
  const live = await liveOf(session, info);
  const client = await session.client();
  const write = { dryRun: true, fieldManager: o.fieldManager };
  if (o.serverSide) {
    const type = "application/apply-patch+yaml";
    const options = { ...write, force: o.forceConflicts };
    const ask = (): Promise<JsonObject> => client.patch<JsonObject>(pathOf(info), info.name, type, manifest, options);
    const merged = await ask().catch((error: unknown) => {
      if (!isConflict(error)) throw error;
      const { group, version, kind } = info.resource;
      const text = `Object (${group}/${version}, Kind=${kind}: ${info.name}) keeps changing, diffing without lock`;
      klogWarning(session, "diff.go:723", text);
      return ask();
    });
    return { live, merged };
  }
  if (live === undefined) return { live, merged: await client.create<JsonObject>(pathOf(info), manifest, write) };
  const target = { ...info, object: live };
  const { object } = await patchLive(
    {
      session,
      options: {
        overwrite: true,
        dryRun: "server",
        fieldManager: o.fieldManager,
        validation: o.validation,
        force: false,
        cascade: "Background",
        gracePeriod: -1,
        timeoutMs: 0,
      },
    },
    target,
    withoutAnnotation(manifest),
  );
  return { live, merged: object };
}

/** Both versions of a Secret with its values hidden, but for whether they differ. Mirrors diff.go Masker. */
export function masked({ live, merged }: Versions): Versions {
  if (merged["kind"] !== "Secret" || merged["apiVersion"] !== "v1") return { live, merged };
  const before: JsonObject = live?.["data"] ?? {};
  const after: JsonObject = merged["data"] ?? {};
  const hide = (data: JsonObject, other: JsonObject, word: string): JsonObject =>
    Object.fromEntries(
      Object.keys(data).map((key) => [
        key,
        Object.hasOwn(other, key) && other[key] !== data[key] ? `*** (${word})` : "***",
      ]),
    );
  const withData = (object: JsonObject, data: JsonObject): JsonObject =>
    object["data"] === undefined ? object : { ...object, data };
  return {
    live: live === undefined ? undefined : withData(live, hide(before, after, "before")),
    merged: withData(merged, hide(after, before, "after")),
  };
}
