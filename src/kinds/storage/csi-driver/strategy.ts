import { duplicate, type FieldError, invalid, tooLong } from "../../../machinery/field-error.ts";
import { byteLength } from "../../../machinery/names.ts";
import type { Strategy } from "../../definition.ts";
import { checkImmutable, checkOneOf } from "../../shared/check.ts";
import { checkCsiDriverName } from "../../shared/pod/volume-sources.ts";
import type { CSIDriver, CSIDriverSpec } from "../../types/storage_v1.ts";

const maxNameBytes = 63;

/** Mirrors pkg/registry/storage/csidriver/strategy.go. */
export const strategy: Strategy<CSIDriver> = {
  defaults(driver) {
    driver.spec ??= {};
    const { spec } = driver;
    spec.attachRequired ??= true;
    spec.podInfoOnMount ??= false;
    spec.storageCapacity ??= false;
    spec.fsGroupPolicy ??= "ReadWriteOnceWithFSType";
    spec.volumeLifecycleModes =
      (spec.volumeLifecycleModes ?? []).length > 0 ? spec.volumeLifecycleModes : ["Persistent"];
    spec.requiresRepublish ??= false;
    spec.seLinuxMount ??= false;
  },
  prepareForCreate(driver) {
    // The feature gate MutableCSINodeAllocatableCount is off in 1.33.
    delete driver.spec?.nodeAllocatableUpdatePeriodSeconds;
  },
  prepareForUpdate(driver, old) {
    if (old.spec?.nodeAllocatableUpdatePeriodSeconds === undefined)
      delete driver.spec?.nodeAllocatableUpdatePeriodSeconds;
  },
  validate,
  validateUpdate: (driver, old) => [
    ...checkSpec(driver.spec ?? {}),
    ...(["attachRequired", "fsGroupPolicy", "volumeLifecycleModes"] as const).flatMap((name) =>
      checkImmutable(driver.spec?.[name], old.spec?.[name], `spec.${name}`),
    ),
  ],
  allowUnconditionalUpdate: false,
};

function validate(driver: CSIDriver): FieldError[] {
  const errors = checkCsiDriverName(driver.metadata.name ?? "", "name");
  if (byteLength(driver.metadata.name ?? "") > maxNameBytes) errors.push(tooLong("name", maxNameBytes));
  return [...errors, ...checkSpec(driver.spec ?? {})];
}

function checkSpec(spec: CSIDriverSpec): FieldError[] {
  const policies = ["File", "None", "ReadWriteOnceWithFSType"];
  const errors = checkOneOf(spec.fsGroupPolicy, policies, "spec.fsGroupPolicy");
  const audiences = new Set<string>();
  for (const [i, request] of (spec.tokenRequests ?? []).entries()) {
    const at = `spec.tokenRequests[${i}]`;
    if (audiences.has(request.audience)) errors.push(duplicate(`${at}.audience`, request.audience));
    audiences.add(request.audience);
    const seconds = request.expirationSeconds;
    if (seconds === undefined) continue;
    if (seconds < 600)
      errors.push(invalid(`${at}.expirationSeconds`, seconds, "may not specify a duration less than 10 minutes"));
    if (seconds > 2 ** 32)
      errors.push(invalid(`${at}.expirationSeconds`, seconds, "may not specify a duration larger than 2^32 seconds"));
  }
  for (const mode of spec.volumeLifecycleModes ?? [])
    errors.push(...checkOneOf(mode, ["Ephemeral", "Persistent"], "spec.volumeLifecycleModes"));
  return errors;
}
