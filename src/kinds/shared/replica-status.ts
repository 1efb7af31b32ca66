import { type FieldError, invalid } from "../../machinery/field-error.ts";
import { checkNonNegative } from "./check.ts";

/** What ReplicaSets and ReplicationControllers report. */
export interface ReplicaStatus {
  readonly replicas: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly observedGeneration?: number;
}

const counts = [
  "replicas",
  "fullyLabeledReplicas",
  "readyReplicas",
  "availableReplicas",
  "observedGeneration",
] as const;

/** Mirrors core validation.ValidateReplicationControllerStatus and apps validation.ValidateReplicaSetStatus. */
export function checkReplicaStatus(status: ReplicaStatus): FieldError[] {
  const errors = counts.flatMap((name) => checkNonNegative(status[name], `status.${name}`));
  for (const name of ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"] as const)
    if ((status[name] ?? 0) > (status.replicas ?? 0))
      errors.push(invalid(`status.${name}`, status[name], "cannot be greater than status.replicas"));
  if ((status.availableReplicas ?? 0) > (status.readyReplicas ?? 0))
    errors.push(invalid("status.availableReplicas", status.availableReplicas, "cannot be greater than readyReplicas"));
  return errors;
}
