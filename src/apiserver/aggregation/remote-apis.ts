import type { APIService } from "../../kinds/types/apiregistration_v1.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { type ObjectStore, storeKey, storePrefix } from "../../store/object-store.ts";

/** The APIService that hands a group version to a service of the cluster; undefined where there is none. */
export function remoteApi(store: ObjectStore, group: string, version: string): APIService | undefined {
  const name = `${version}.${group}`;
  return asRemote(store.get(storeKey("apiregistration.k8s.io", "apiservices", undefined, name))?.object);
}

/** All group versions that services of the cluster serve, the most important group and version first. */
export function remoteApis(store: ObjectStore): readonly APIService[] {
  const rank = ({ spec }: APIService): number => spec!.groupPriorityMinimum * 10_000 + spec!.versionPriority;
  return store
    .list(storePrefix("apiregistration.k8s.io", "apiservices"))
    .flatMap(({ object }) => asRemote(object) ?? [])
    .sort((a, b) => rank(b) - rank(a));
}

const asRemote = (object: KubeObject | undefined): APIService | undefined =>
  object?.spec?.service == null ? undefined : (object as unknown as APIService);

/** Whether the last check found it in order. */
export const isAvailable = ({ status }: APIService): boolean =>
  status?.conditions?.some((c) => c.type === "Available" && c.status === "True") === true;
