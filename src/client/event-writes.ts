import type { JsonObject, KubeObject } from "../machinery/object.ts";
import { isAlreadyExists, isNotFound } from "../machinery/status-error.ts";
import type { Client, ResourcePath } from "./client.ts";
import type { EventTarget } from "./events.ts";

const NAME_ATTEMPTS = 100;

/** What an event says of the object that it is about. Mirrors client-go/tools/reference GetReference. */
export function referenceTo({ kind, apiVersion, metadata }: EventTarget["object"]): JsonObject {
  const { namespace, name, uid, resourceVersion } = metadata;
  return {
    kind,
    ...(namespace ? { namespace } : {}),
    name,
    ...(uid ? { uid } : {}),
    apiVersion,
    ...(resourceVersion ? { resourceVersion } : {}),
  } as JsonObject;
}

/** The name of an event about `about`, in nanoseconds that no other event has. */
export const eventName = (about: string | undefined, nanos: bigint): string => `${about}.${nanos.toString(16)}`;

/** Changes an event that is there; false where it is gone meanwhile. */
export async function patchEvent(
  client: Client,
  path: ResourcePath,
  event: KubeObject,
  change: JsonObject,
): Promise<boolean> {
  try {
    await client.patch(path, event.metadata.name ?? "", "application/strategic-merge-patch+json", change);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** Creates an event; `make` is asked for another name where the first is taken. */
export async function createEvent(client: Client, path: ResourcePath, make: () => KubeObject): Promise<void> {
  for (let attempt = 0; attempt < NAME_ATTEMPTS; attempt++)
    try {
      await client.create(path, make());
      return;
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
}
