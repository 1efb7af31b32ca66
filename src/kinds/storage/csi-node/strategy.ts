import { duplicate, type FieldError, GoLiteral, invalid, required } from "../../../machinery/field-error.ts";
import { byteLength, qualifiedNameErrors } from "../../../machinery/names.ts";
import { deepEqual } from "../../../machinery/object.ts";
import type { Strategy } from "../../definition.ts";
import { checkNonNegative, immutableMessage, invalidEach } from "../../shared/check.ts";
import { checkCsiDriverName } from "../../shared/pod/volume-sources.ts";
import type { CSINode, CSINodeDriver } from "../../types/storage_v1.ts";

const maxNodeIdBytes = 256;

/** Mirrors pkg/registry/storage/csinode/strategy.go. */
export const strategy: Strategy<CSINode> = {
  validate,
  validateUpdate(node, old) {
    const errors = validate(node);
    for (const before of old.spec?.drivers ?? []) {
      const after = node.spec?.drivers?.find((d) => d.name === before.name);
      const shown = new GoLiteral(`storage.CSINodeDriver{Name:"${after?.name}", NodeID:"${after?.nodeID}"}`);
      if (after && !deepEqual(settled(before), settled(after)))
        errors.push(invalid("CSINodeDriver", shown, immutableMessage));
    }
    return errors;
  },
  allowUnconditionalUpdate: false,
};

function validate(node: CSINode): FieldError[] {
  const names = new Set<string>();
  return (node.spec?.drivers ?? []).flatMap((driver, i) => {
    const errors = checkDriver(driver, `spec.drivers[${i}]`);
    if (names.has(driver.name)) errors.push(duplicate(`spec.drivers[${i}].name`, driver.name));
    names.add(driver.name);
    return errors;
  });
}

function checkDriver(driver: CSINodeDriver, at: string): FieldError[] {
  const errors = checkCsiDriverName(driver.name ?? "", `${at}.name`);
  const id = driver.nodeID ?? "";
  if (id === "") errors.push(required(`${at}.nodeID`));
  if (byteLength(id) > maxNodeIdBytes)
    errors.push(invalid(`${at}.nodeID`, id, `must be ${maxNodeIdBytes} characters or less`));
  errors.push(...checkNonNegative(driver.allocatable?.count, `${at}.allocatable.count`));
  const keys = new Set<string>();
  for (const key of driver.topologyKeys ?? []) {
    if (key === "") errors.push(required(at));
    if (keys.has(key)) errors.push(duplicate(at, key));
    keys.add(key);
    errors.push(...invalidEach(at, key, qualifiedNameErrors(key)));
  }
  return errors;
}

/** A stored driver shows absent topology keys as null, a draft does not have them. */
const settled = (driver: CSINodeDriver): CSINodeDriver => ({ ...driver, topologyKeys: driver.topologyKeys ?? [] });
