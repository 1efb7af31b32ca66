import type { ConnectionError } from "../../client/connection-error.ts";
import type { Session } from "../session.ts";
import type { Info } from "./info.ts";
import { RETRY_HINT, type ValidationDirective } from "./manifests.ts";

/** Throws where the server could not be reached: kubectl tells of it as of what it cannot do with the manifest. */
export async function requireServer(
  session: Session,
  unreachable: ConnectionError | undefined,
  source: string,
  directive: ValidationDirective,
): Promise<void> {
  if (unreachable === undefined) return;
  const { failureText } = await import("../failure-text.ts");
  const text = (path: string): Promise<string> => failureText(session, unreachable, "Get", path, { timeout: "32s" });
  if (directive === "Ignore") throw new Error(`unable to recognize ${JSON.stringify(source)}: ${await text("/api")}`);
  throw new Error(
    `error validating ${JSON.stringify(source)}: error validating data: failed to download openapi: ${await text("/openapi/v2")}; ${RETRY_HINT}`,
  );
}

/** Throws for a kind that kubectl has no type of, and for a manifest that does not fit its type. */
export async function requireTyped(session: Session, info: Info): Promise<void> {
  const { typedObject } = await import("./typed.ts");
  try {
    await typedObject(session, info.object!);
  } catch (error) {
    const { message } = error as Error;
    throw message.startsWith("no kind")
      ? error
      : new Error(`unable to decode ${JSON.stringify(info.source)}: ${message}`);
  }
}
