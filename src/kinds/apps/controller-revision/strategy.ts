import { type FieldError, required } from "../../../machinery/field-error.ts";
import type { Strategy } from "../../definition.ts";
import { checkImmutable, checkNonNegative } from "../../shared/check.ts";
import type { ControllerRevision } from "../../types/apps_v1.ts";

/** Mirrors pkg/registry/apps/controllerrevision/strategy.go. */
export const strategy: Strategy<ControllerRevision> = {
  validate,
  validateUpdate: (revision, old) => [...validate(revision), ...checkImmutable(revision.data, old.data, "data")],
};

function validate(revision: ControllerRevision): FieldError[] {
  const errors = checkNonNegative(revision.revision, "revision");
  return revision.data ? errors : [required("data", "data is mandatory"), ...errors];
}
