import type { KubeObject } from "../../machinery/object.ts";
import type { ControllerRegistration, WatchRow, WorkKey } from "../controller.ts";

/** A registration without what follows from others: `account` is the service account in kube-system, by default the name. The name is also the component that its events come from. */
export interface Row extends Omit<ControllerRegistration, "user" | "manager"> {
  readonly account?: string;
  /** Instead of the service account: for what is no part of kube-controller-manager. */
  readonly user?: string;
  readonly manager?: string;
}

/** A watch; without `keys` for the changed object itself. */
export const watch = (group: string, resource: string, keys?: WatchRow["keys"]): WatchRow =>
  keys === undefined ? { group, resource } : { group, resource, keys };

/** The key of controllers that look at namespaces. */
export const namespaceOf = (object: KubeObject): readonly WorkKey[] => [object.metadata.namespace ?? ""];
