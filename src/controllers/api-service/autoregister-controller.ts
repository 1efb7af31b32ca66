import type { CustomResourceDefinition } from "../../kinds/types/apiextensions_v1.ts";
import type { APIService } from "../../kinds/types/apiregistration_v1.ts";
import { isAlreadyExists, isNotFound } from "../../machinery/status-error.ts";
import type { Controller } from "../controller.ts";
import { path } from "../shared/paths.ts";

const MANAGED = "kube-aggregator.kubernetes.io/automanaged";
const at = path("apiregistration.k8s.io", "v1", "apiservices");

/** Keeps an APIService for each group version of custom resources. Keys are the APIServices' names. Mirrors kube-aggregator/pkg/controllers/autoregister with pkg/controlplane/controller/crdregistration. */
export const autoregisterController: Controller = {
  async reconcile(name, context) {
    const dot = name.indexOf(".");
    const [version, group] = [name.slice(0, dot), name.slice(dot + 1)];
    const served = context.lister
      .list<CustomResourceDefinition>("apiextensions.k8s.io", "customresourcedefinitions")
      .some(
        ({ spec, status }) =>
          spec.group === group &&
          spec.versions.some((v) => v.name === version && v.served) &&
          status?.conditions?.some((c) => c.type === "Established" && c.status === "True"),
      );
    const current = context.lister.get<APIService>("apiregistration.k8s.io", "apiservices", undefined, name);
    try {
      if (served && current === undefined)
        await context.client.create<APIService>(at, {
          apiVersion: "apiregistration.k8s.io/v1",
          kind: "APIService",
          metadata: { name, labels: { [MANAGED]: "true" } },
          spec: { group, version, groupPriorityMinimum: 1000, versionPriority: 100 },
        });
      else if (!served && current?.metadata.labels?.[MANAGED] === "true")
        await context.client.delete(at, name, { uid: current.metadata.uid });
    } catch (error) {
      if (!isAlreadyExists(error) && !isNotFound(error)) throw error;
    }
    return undefined;
  },
};
