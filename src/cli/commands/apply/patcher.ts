import type { PatchType } from "../../../client/client.ts";
import { deepCopy, deepEqual, type JsonObject } from "../../../machinery/object.ts";
import { PatchError } from "../../../machinery/patch/patch-error.ts";
import {
  createThreeWayJsonMergePatch,
  createThreeWayMergePatch,
  identityUnchanged,
} from "../../../machinery/patch/three-way.ts";
import { createStructure } from "../../../machinery/schema/structure.ts";
import { isConflict, StatusError } from "../../../machinery/status-error.ts";
import { addSource } from "../../report-error.ts";
import { fetchInfo } from "../../resources/builder.ts";
import { type Info, pathOf } from "../../resources/info.ts";
import { lastAppliedOf } from "../../resources/last-applied.ts";
import { typeOf } from "../../resources/typed.ts";
import type { Session } from "../../session.ts";
import { waitForDeletion } from "../../wait/deletion.ts";
import type { ApplyOptions } from "./apply.ts";

/** What patching needs to know of the command that does it. */
export interface PatchRun {
  readonly session: Session;
  readonly options: Pick<
    ApplyOptions,
    "overwrite" | "dryRun" | "fieldManager" | "validation" | "force" | "cascade" | "gracePeriod" | "timeoutMs"
  >;
}

const MAX_RETRIES = 5;
const RETRY_PAUSE_MS = 1000;

/** How messages of apply describe what they are about. Mirrors resource.Info.String. */
export function describeInfo(info: Info): string {
  const { group, version, resource, kind } = info.resource;
  const gv = group === "" ? `/${version}` : `${group}/${version}`;
  return `Resource: "${gv}, Resource=${resource}", GroupVersionKind: "${gv}, Kind=${kind}"\nName: ${JSON.stringify(info.name)}, Namespace: ${JSON.stringify(info.namespace)}`;
}

interface Patch {
  readonly type: PatchType;
  readonly body: JsonObject;
}

async function makePatch(session: Session, info: Info, modified: JsonObject, overwrite: boolean): Promise<Patch> {
  const current = info.object!;
  const lastApplied = lastAppliedOf(current);
  const original: JsonObject = lastApplied ? JSON.parse(lastApplied) : {};
  const type = await typeOf(info.resource);
  const documents = { original, modified, current };
  if (type === undefined) {
    try {
      const body = createThreeWayJsonMergePatch(documents, { preconditions: identityUnchanged });
      return { type: "application/merge-patch+json", body };
    } catch (error) {
      if (error instanceof PatchError && error.kind === "precondition")
        throw new Error("At least one of apiVersion, kind and name was changed");
      throw error;
    }
  }
  const structure = createStructure(session.readSchema);
  const body = createThreeWayMergePatch(documents, { structure, type }, { overwrite });
  return { type: "application/strategic-merge-patch+json", body };
}

async function createPatch(run: PatchRun, info: Info, modified: JsonObject): Promise<Patch> {
  try {
    return await makePatch(run.session, info, modified, run.options.overwrite);
  } catch (error) {
    const { compactJson } = await import("../../../machinery/codec/json.ts");
    const texts = `original:\n${lastAppliedOf(info.object!) ?? ""}\nmodified:\n${compactJson(modified)}\n\ncurrent:\n${compactJson(info.object!)}\n`;
    const message = error instanceof SyntaxError ? "invalid JSON document" : (error as Error).message;
    if ((await typeOf(info.resource)) !== undefined)
      for (const spec of ["openapi v3", "openapi"])
        run.session.streams.stderr.write(`warning: error calculating patch from ${spec} spec: ${message}\n`);
    throw new Error(`creating patch with:\n${texts}\nfor:: ${message}`);
  }
}

/** What came of patching: the object, and whether there was anything to patch. */
export interface Patched {
  readonly object: JsonObject;
  readonly patched: boolean;
}

async function patchOnce(
  run: PatchRun,
  info: Info,
  modified: JsonObject,
  seen: { patch: JsonObject | undefined },
): Promise<Patched> {
  const { options, session } = run;
  const { type, body } = await createPatch(run, info, modified);
  seen.patch = body;
  if (deepEqual(body, {})) return { object: info.object!, patched: false };
  const client = await session.client();
  const object = await client.patch<JsonObject>(pathOf(info), info.name, type, body, {
    dryRun: options.dryRun === "server",
    fieldManager: options.fieldManager,
    fieldValidation: options.validation,
  });
  return { object, patched: true };
}

const isInvalid = (e: unknown): boolean => e instanceof StatusError && e.reason === "Invalid";

/** Brings the live object to the manifest, with retries on conflicts, and by deleting and creating with --force. Mirrors apply.Patcher.Patch. */
export async function patchLive(run: PatchRun, info: Info, modified: JsonObject): Promise<Patched> {
  const seen: { patch: JsonObject | undefined } = { patch: undefined };
  for (let attempt = 0; ; attempt++)
    try {
      return await patchOnce(run, info, modified, seen);
    } catch (error) {
      if (isConflict(error) && attempt < MAX_RETRIES) {
        if (attempt > 0) await run.session.sleep(RETRY_PAUSE_MS);
        info.object = await fetchInfo(run.session, info);
        continue;
      }
      if ((isConflict(error) || isInvalid(error)) && run.options.force) return replaceLive(run, info, modified);
      const { compactJson } = await import("../../../machinery/codec/json.ts");
      throw addSource(
        `applying patch:\n${seen.patch === undefined ? "" : compactJson(seen.patch)}\nto:\n${describeInfo(info)}\nfor:`,
        info.source,
        addSource("patching", info.source, error),
      );
    }
}

/** Deletes the object and creates it again; puts the old one back where the new one is refused. Mirrors Patcher.deleteAndCreate. */
async function replaceLive(run: PatchRun, info: Info, modified: JsonObject): Promise<Patched> {
  const { session, options } = run;
  const client = await session.client();
  const path = pathOf(info);
  const old = deepCopy(info.object!);
  await client.delete(path, info.name, {
    propagationPolicy: options.cascade,
    ...(options.gracePeriod >= 0 ? { gracePeriodSeconds: options.gracePeriod } : {}),
  });
  const timeout = options.timeoutMs === 0 ? 168 * 3_600_000 : options.timeoutMs;
  await waitForDeletion(session, [{ info, uid: undefined }], timeout);
  const write = { fieldManager: options.fieldManager, fieldValidation: options.validation };
  try {
    return { object: await client.create<JsonObject>(path, modified, write), patched: true };
  } catch (error) {
    delete old["metadata"].resourceVersion;
    try {
      await client.create(path, old, write);
    } catch (recreate) {
      throw new Error(
        `An error occurred force-replacing the existing object with the newly provided one: ${(error as Error).message}.\n\nAdditionally, an error occurred attempting to restore the original object: ${(recreate as Error).message}`,
      );
    }
    throw error;
  }
}
