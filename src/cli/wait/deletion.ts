import { isNotFound } from "../../machinery/status-error.ts";
import { aggregate } from "../report-error.ts";
import { type Info, pathOf } from "../resources/info.ts";
import type { Session } from "../session.ts";
import { poll } from "./poll.ts";

async function isGone(session: Session, info: Info, uid: string | undefined): Promise<true | undefined> {
  try {
    const client = await session.client();
    const object = await client.get(pathOf(info), info.name);
    // Another object of the same name: the one that was deleted is gone.
    return uid !== undefined && object.metadata.uid !== uid ? true : undefined;
  } catch (error) {
    if (isNotFound(error)) return true;
    throw error;
  }
}

/** Waits until the objects are gone. Throws "timed out waiting for the condition on pods/x" for each that is not. Mirrors kubectl/pkg/cmd/wait IsDeleted. */
export async function waitForDeletion(
  session: Session,
  objects: readonly { readonly info: Info; readonly uid: string | undefined }[],
  timeoutMs: number,
): Promise<void> {
  const deadline = session.now() + timeoutMs;
  const errors: unknown[] = [];
  for (const { info, uid } of objects)
    if ((await poll(session, deadline, () => isGone(session, info, uid))) === undefined)
      errors.push(new Error(`timed out waiting for the condition on ${info.resource.resource}/${info.name}`));
  if (errors.length > 0) throw aggregate(errors);
}
