import type { JsonObject, KubeObject } from "../../../machinery/object.ts";
import { badRequest } from "../../../machinery/status-error.ts";
import { storeKey } from "../../../store/object-store.ts";
import { randomSuffix } from "../../rest/naming.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { admissionForbidden } from "../refusal.ts";

const MIRROR = "kubernetes.io/config.mirror";
const MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
const VOLUME_PREFIX = "kube-api-access-";
/** An hour, and seven seconds by which upstream knows its own default. */
const TOKEN_EXPIRATION_SECONDS = 3607;

/** Gives a pod its service account, and that account's token as a volume. Mirrors plugin/pkg/admission/serviceaccount. */
export const serviceAccount: AdmissionPlugin = {
  admit(request) {
    const pod = request.object;
    if (pod?.spec === undefined || isMirror(pod)) return;
    pod.spec.serviceAccountName ||= "default";
    pod.spec.serviceAccount = pod.spec.serviceAccountName;
    const account = findAccount(request, pod.spec.serviceAccountName);
    if (shouldMount(pod, account)) mountToken(request, pod);
    if ((pod.spec.imagePullSecrets ?? []).length === 0 && (account.imagePullSecrets ?? []).length > 0)
      pod.spec.imagePullSecrets = [...account.imagePullSecrets];
  },
  validate(request) {
    const pod = request.object;
    if (pod?.spec === undefined) return;
    if (!isMirror(pod)) {
      findAccount(request, pod.spec.serviceAccountName ?? "default");
      return;
    }
    if (pod.spec.serviceAccountName)
      throw admissionForbidden(request, "a mirror pod may not reference service accounts");
    if ((pod.spec.volumes ?? []).some((v: JsonObject) => v.secret))
      throw admissionForbidden(request, "a mirror pod may not reference secrets");
  },
};

const isMirror = (pod: KubeObject): boolean => Object.hasOwn(pod.metadata.annotations ?? {}, MIRROR);

function findAccount(request: AdmissionRequest, name: string): KubeObject {
  const found = request.context.server.store.get(storeKey("", "serviceaccounts", request.namespace, name))?.object;
  if (found === undefined)
    throw admissionForbidden(
      request,
      `error looking up service account ${request.namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`,
    );
  return found;
}

const shouldMount = (pod: KubeObject, account: KubeObject): boolean =>
  pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;

function mountToken(request: AdmissionRequest, pod: KubeObject): void {
  const { spec } = pod;
  const volumes: JsonObject[] = spec.volumes ?? [];
  const present = volumes.find((v) => String(v.name).startsWith(VOLUME_PREFIX));
  const name: string = present?.name ?? freeName(request, pod, volumes);
  let mounted = false;
  for (const list of ["initContainers", "containers"] as const) {
    for (const container of (spec[list] ?? []) as JsonObject[]) {
      const mounts: JsonObject[] = container.volumeMounts ?? [];
      if (mounts.some((m) => m.mountPath === MOUNT_PATH)) continue;
      container.volumeMounts = [...mounts, { name, readOnly: true, mountPath: MOUNT_PATH }];
      mounted = true;
    }
  }
  if (mounted && present === undefined) spec.volumes = [...volumes, tokenVolume(name)];
}

function freeName(request: AdmissionRequest, pod: KubeObject, volumes: readonly JsonObject[]): string {
  const { server } = request.context;
  const { metadata } = pod;
  const purpose = `token volume ${request.namespace}/${metadata.name ?? metadata.generateName}@${server.store.revision}`;
  for (let attempt = 0; attempt < 100; attempt++) {
    const name = `${VOLUME_PREFIX}${randomSuffix(server, `${purpose}#${attempt}`)}`;
    if (!volumes.some((v) => v.name === name)) return name;
  }
  throw badRequest("no name is left for the service account's volume");
}

function tokenVolume(name: string): JsonObject {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_EXPIRATION_SECONDS, path: "token" } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        {
          downwardAPI: {
            items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
          },
        },
      ],
      defaultMode: 420,
    },
  };
}
