import { apiVersionOf, type JsonObject, type KubeObject } from "../../machinery/object.ts";
import { type Status, StatusError } from "../../machinery/status-error.ts";
import { type Info, pathOf } from "../resources/info.ts";
import type { Session } from "../session.ts";

/** An object's state as it is and as it changes; undefined while there is none. Ends when `signal` does. Mirrors a watch tools' UntilWithSync over one name. */
export async function* objectStates(
  session: Session,
  info: Info,
  signal: AbortSignal,
): AsyncGenerator<KubeObject | undefined> {
  const client = await session.client();
  const path = pathOf(info);
  const fieldSelector = `metadata.name=${info.name}`;
  const type = { apiVersion: apiVersionOf(info.resource), kind: info.resource.kind };
  const { items, metadata } = await client.list<JsonObject>(path, { fieldSelector });
  yield items[0] === undefined ? undefined : ({ ...items[0], ...type } as unknown as KubeObject);
  const resourceVersion = String(metadata["resourceVersion"] ?? "");
  for await (const event of client.watch<KubeObject>(path, { fieldSelector, resourceVersion, signal })) {
    if (event.type === "ERROR") throw new StatusError(event.object as unknown as Status);
    if (event.type !== "BOOKMARK") yield event.type === "DELETED" ? undefined : event.object;
  }
}

/** A signal that ends with the session's or after `ms` (infinity: never), whichever comes first; call `abort` when done. */
export function deadlineSignal(session: Session, ms: number): AbortController {
  const end = new AbortController();
  if (session.signal.aborted) end.abort();
  session.signal.addEventListener("abort", () => end.abort(), { once: true });
  if (Number.isFinite(ms)) void session.sleep(ms).then(() => end.abort());
  return end;
}
