import type { ApiRequest } from "../../client/transport.ts";
import { type FieldError, fieldForbidden, invalid, invalidObject, notSupported } from "../../machinery/field-error.ts";
import { StatusError } from "../../machinery/status-error.ts";
import { queryText } from "../query.ts";

const FIELD = "resourceVersionMatch";
const EXACT = "Exact";
const NOT_OLDER = "NotOlderThan";

/** Throws the 422 for options that do not go together in a list. Mirrors metainternalversion/validation ValidateListOptions. */
export function checkListOptions(request: Pick<ApiRequest, "query">): void {
  const match = queryText(request, FIELD) ?? "";
  const version = queryText(request, "resourceVersion") ?? "";
  const errors: FieldError[] = [];
  if (match !== "") {
    if (version === "")
      errors.push(fieldForbidden(FIELD, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
    if (queryText(request, "continue"))
      errors.push(fieldForbidden(FIELD, "resourceVersionMatch is forbidden when continue is provided"));
    if (match !== EXACT && match !== NOT_OLDER) errors.push(notSupported(FIELD, match, [EXACT, NOT_OLDER, ""]));
    if (match === EXACT && version === "0")
      errors.push(fieldForbidden(FIELD, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (queryText(request, "sendInitialEvents") !== undefined)
    errors.push(fieldForbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  refuse(errors);
}

/** Throws the 422 for options that do not go together in a watch. Mirrors metainternalversion/validation validateWatchOptions. */
export function checkWatchOptions(request: Pick<ApiRequest, "query">): void {
  const match = queryText(request, FIELD) ?? "";
  const initial = queryText(request, "sendInitialEvents") !== undefined;
  const errors: FieldError[] = [];
  if (initial && match !== NOT_OLDER)
    errors.push(fieldForbidden(FIELD, `sendInitialEvents requires setting resourceVersionMatch to ${NOT_OLDER}`));
  if (match !== "") {
    if (!initial)
      errors.push(
        fieldForbidden(FIELD, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"),
      );
    if (match !== NOT_OLDER) errors.push(notSupported(FIELD, match, [NOT_OLDER]));
    if (queryText(request, "continue"))
      errors.push(fieldForbidden(FIELD, "resourceVersionMatch is forbidden when continue is provided"));
  }
  refuse(errors);
}

function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidObject({ group: "meta.k8s.io", kind: "ListOptions" }, "", errors);
}

/** Why a resourceVersion is none, as etcd's versioner says it; undefined where it is one. */
export function versionProblem(version: string): string | undefined {
  if (/^\d{1,20}$/.test(version) && BigInt(version) <= 0xffff_ffff_ffff_ffffn) return undefined;
  const why = /^\d+$/.test(version) ? "value out of range" : "invalid syntax";
  const { field, message } = invalid(
    "resourceVersion",
    version,
    `strconv.ParseUint: parsing ${JSON.stringify(version)}: ${why}`,
  );
  return `${field}: ${message}`;
}

/** Throws the 504 for a state that is not reached yet. Mirrors storage.NewTooLargeResourceVersionError; upstream waits three seconds first. */
export function checkNotInFuture(version: string, present: number): void {
  if (Number(version) <= present) return;
  const cause = "Too large resource version";
  throw new StatusError({
    message: `Timeout: ${cause}: ${version}, current: ${present}`,
    reason: "Timeout",
    details: { causes: [{ reason: "ResourceVersionTooLarge", message: cause }], retryAfterSeconds: 1 },
    code: 504,
  });
}
