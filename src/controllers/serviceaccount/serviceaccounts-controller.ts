import type { Namespace, ServiceAccount } from "../../kinds/types/core_v1.ts";
import { isAlreadyExists } from "../../machinery/status-error.ts";
import type { Controller } from "../controller.ts";
import { core } from "../shared/paths.ts";
import { isNamespaceTerminating } from "../shared/pod-control.ts";

/** Sees to it that every active namespace has a service account "default". Keys are namespaces. Mirrors pkg/controller/serviceaccount/serviceaccounts_controller.go. */
export const serviceAccountsController: Controller = {
  async reconcile(namespace, context) {
    const found = context.lister.get<Namespace>("", "namespaces", undefined, namespace);
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return undefined;
    if (found.status?.phase === "Terminating") return undefined;
    if (context.lister.get("", "serviceaccounts", namespace, "default") !== undefined) return undefined;
    const account: ServiceAccount = {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "default", namespace },
    };
    try {
      await context.client.create(core("serviceaccounts", namespace), account);
    } catch (error) {
      if (!isAlreadyExists(error) && !isNamespaceTerminating(error)) throw error;
    }
    return undefined;
  },
};
