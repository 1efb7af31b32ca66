import type { ControllerRegistration } from "./controller.ts";
import { clusterRows } from "./registrations/cluster.ts";
import { policyRows } from "./registrations/policy.ts";
import type { Row } from "./registrations/row.ts";
import { serviceRows } from "./registrations/services.ts";
import { storageRows } from "./registrations/storage.ts";
import { workloadRows } from "./registrations/workloads.ts";

const rows: readonly Row[] = [...workloadRows, ...serviceRows, ...clusterRows, ...storageRows, ...policyRows];

/** Every controller of kube-controller-manager, one row each: data and a literal loader. Scheduler and kubelets bring rows of their own. */
export const registrations: readonly ControllerRegistration[] = rows.map(({ account, ...row }) => ({
  user: `system:serviceaccount:kube-system:${account ?? row.name}`,
  manager: "kube-controller-manager",
  ...row,
}));
