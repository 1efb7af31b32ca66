import type { JsonObject } from "../../machinery/object.ts";
import { commandLine, type FlagSpec, flag } from "./flag.ts";

const CHANGE_CAUSE = "kubernetes.io/change-cause";

/** --record, which kubectl still takes, with a warning. */
export const recordFlag: FlagSpec = flag.bool("record", "Keep the command line in the object's annotation.", {
  deprecated: "--record will be removed in the future",
});

/** The object with the command line in its annotation where --record asks for it, else the object as it is. Mirrors genericclioptions.ChangeCauseRecorder. */
export type Recorder = (object: JsonObject) => JsonObject;

/** Reads --record; to be called with the flags of the command line that ran. */
export function recorderOf(flags: Readonly<Record<string, any>>): Recorder {
  const patch = recordPatchOf(flags);
  if (patch === undefined) return (object) => object;
  return (object) => ({
    ...object,
    metadata: {
      ...object["metadata"],
      annotations: { ...object["metadata"]?.annotations, ...patch["metadata"].annotations },
    },
  });
}

/** The merge patch that --record sends after the change itself; undefined without the flag. Mirrors ChangeCauseRecorder.MakeRecordMergePatch. */
export function recordPatchOf(flags: Readonly<Record<string, any>>): JsonObject | undefined {
  return flags["record"] === true ? { metadata: { annotations: { [CHANGE_CAUSE]: commandLine(flags) } } } : undefined;
}
