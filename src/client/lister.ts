import type { KubeObject } from "../machinery/object.ts";

/** A shared read-only cache of the cluster (client-go's listers). Everything it returns is shared: copy before changing. */
export interface Lister {
  get<T = KubeObject>(group: string, resource: string, namespace: string | undefined, name: string): T | undefined;
  /** All objects of a resource, in a namespace or in all (undefined), in key order. */
  list<T = KubeObject>(group: string, resource: string, namespace?: string): readonly T[];
  /** The objects of a resource whose names begin with `start`, in key order: of events, those about one object. */
  listNamed<T = KubeObject>(
    group: string,
    resource: string,
    namespace: string | undefined,
    start: string,
  ): readonly T[];
  /** The objects of a resource that name `uid` as their controlling owner. */
  ownedBy<T = KubeObject>(group: string, resource: string, namespace: string | undefined, uid: string): readonly T[];
  /** The objects of whatever resource that name `uid` among their owners, in key order. */
  dependents?(uid: string): readonly KubeObject[];
}
