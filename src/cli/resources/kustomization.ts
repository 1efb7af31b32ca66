import type { JsonObject } from "../../machinery/object.ts";
import type { Session } from "../session.ts";

/** The objects that the kustomization in `directory` comes to. */
export async function buildKustomization(session: Session, directory: string): Promise<readonly JsonObject[]> {
  const { buildDirectory } = await import("../kustomize/build.ts");
  return buildDirectory(session, directory);
}
