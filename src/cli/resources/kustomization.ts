import type { JsonObject } from "../../machinery/object.ts";
import type { Session } from "../session.ts";

/** The objects that the kustomization in `directory` comes to. */
export async function buildKustomization(session: Session, directory: string): Promise<readonly JsonObject[]> {
  throw new Error(`kustomizations are not there yet in this version of drykube (${directory} in ${session.cwd})`);
}
