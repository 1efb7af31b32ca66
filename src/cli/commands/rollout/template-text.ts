import type { Session } from "../../session.ts";
import type { Revision } from "./history.ts";

/** A revision's pod template as describe shows it. */
export async function describeTemplate(_session: Session, _revision: Revision, _isUndo = false): Promise<string> {
  throw new Error("describing pod templates is not there yet in this version of drykube");
}
