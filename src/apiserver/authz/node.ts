import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { type ObjectStore, storeKey, storePrefix } from "../../store/object-store.ts";
import type { AccessAttributes } from "./attributes.ts";
import { ruleAllows, rulesOf } from "./rules.ts";

/** Resources that a kubelet reads only where a pod on its node refers to them. */
const BY_REFERENCE = new Set(["secrets", "configmaps", "persistentvolumeclaims"]);

/** Whether a kubelet may: what the role system:node says, and secrets, config maps and claims of its own pods alone. Mirrors plugin/pkg/auth/authorizer/node. */
export function nodeMay(store: ObjectStore, a: AccessAttributes): boolean {
  if (!a.isResource) return false;
  const role = store.get(storeKey("rbac.authorization.k8s.io", "clusterroles", undefined, "system:node"))?.object;
  if (!rulesOf(role).some((rule) => ruleAllows(rule, a))) return false;
  if (a.group !== "" || !BY_REFERENCE.has(a.resource) || a.subresource !== "") return true;
  if (a.name === "") return false;
  const node = a.user.name.slice("system:node:".length);
  return store
    .list(storePrefix("", "pods", a.namespace))
    .some(({ object }) => object.spec?.nodeName === node && refersTo(object, a.resource, a.name));
}

/** Whether a pod names the object in its volumes, environment or pull secrets. */
function refersTo(pod: KubeObject, resource: string, name: string): boolean {
  const spec: JsonObject = pod.spec ?? {};
  const volumes: JsonObject[] = spec.volumes ?? [];
  if (resource === "persistentvolumeclaims")
    return volumes.some(
      (v) => v.persistentVolumeClaim?.claimName === name || (v.ephemeral && `${pod.metadata.name}-${v.name}` === name),
    );
  const source = resource === "secrets" ? "secret" : "configMap";
  const names = volumes.flatMap((v) => [
    v[source]?.secretName ?? v[source]?.name,
    ...((v.projected?.sources ?? []) as JsonObject[]).map((s) => s[source]?.name),
  ]);
  const containers: JsonObject[] = [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ];
  for (const c of containers) {
    names.push(...((c.envFrom ?? []) as JsonObject[]).map((e) => e[`${source}Ref`]?.name));
    names.push(...((c.env ?? []) as JsonObject[]).map((e) => e.valueFrom?.[`${source}KeyRef`]?.name));
  }
  if (resource === "secrets") names.push(...((spec.imagePullSecrets ?? []) as JsonObject[]).map((s) => s.name));
  return names.includes(name);
}
