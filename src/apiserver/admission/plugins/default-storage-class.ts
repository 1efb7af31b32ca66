import type { KubeObject } from "../../../machinery/object.ts";
import { parseTime } from "../../../machinery/time.ts";
import { storePrefix } from "../../../store/object-store.ts";
import type { AdmissionPlugin } from "../admission.ts";

const DEFAULT = "storageclass.kubernetes.io/is-default-class";
const BETA_DEFAULT = "storageclass.beta.kubernetes.io/is-default-class";

/** A claim that names no class gets the default one; of several the newest. Mirrors plugin/pkg/admission/storage/storageclass/setdefault. */
export const defaultStorageClass: AdmissionPlugin = {
  admit({ object, context }) {
    if (object?.spec === undefined || object.spec.storageClassName !== undefined) return;
    if (object.metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] !== undefined) return;
    const classes = context.server.store
      .list(storePrefix("storage.k8s.io", "storageclasses"))
      .map((s) => s.object)
      .filter(isDefault)
      .sort(newestFirst);
    const found = classes[0];
    if (found !== undefined) object.spec.storageClassName = found.metadata.name;
  },
};

const isDefault = ({ metadata }: KubeObject): boolean =>
  metadata.annotations?.[DEFAULT] === "true" || metadata.annotations?.[BETA_DEFAULT] === "true";

const newestFirst = (a: KubeObject, b: KubeObject): number =>
  parseTime(b.metadata.creationTimestamp) - parseTime(a.metadata.creationTimestamp) ||
  ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1);
