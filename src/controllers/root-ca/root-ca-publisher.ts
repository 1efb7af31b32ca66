import type { ConfigMap, Namespace } from "../../kinds/types/core_v1.ts";
import { deepEqual } from "../../machinery/object.ts";
import { isAlreadyExists } from "../../machinery/status-error.ts";
import type { Controller, ReconcileContext } from "../controller.ts";
import { core } from "../shared/paths.ts";
import { isNamespaceTerminating } from "../shared/pod-control.ts";

/** The config map that holds the CA bundle in each namespace. */
export const ROOT_CA = "kube-root-ca.crt";
const DESCRIPTION = "kubernetes.io/description";
const TEXT =
  "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

/** Publishes the root CA into every namespace. Keys are namespaces. Mirrors pkg/controller/certificates/rootcacertpublisher. */
export const rootCaPublisher: Controller = {
  async reconcile(namespace, context) {
    const found = context.lister.get<Namespace>("", "namespaces", undefined, namespace);
    if (found === undefined || found.status?.phase === "Terminating") return undefined;
    const data = { "ca.crt": await rootCa(context) };
    const current = context.lister.get<ConfigMap>("", "configmaps", namespace, ROOT_CA);
    if (current === undefined) {
      await create(context, namespace, data);
    } else if (!deepEqual(current.data, data) || current.metadata.annotations?.[DESCRIPTION] !== TEXT) {
      const metadata = { ...current.metadata, annotations: { ...current.metadata.annotations, [DESCRIPTION]: TEXT } };
      await context.client.update(core("configmaps", namespace), { ...current, metadata, data });
    }
    return undefined;
  },
};

async function create(context: ReconcileContext, namespace: string, data: Record<string, string>): Promise<void> {
  const metadata = { name: ROOT_CA, namespace, annotations: { [DESCRIPTION]: TEXT } };
  try {
    await context.client.create<ConfigMap>(core("configmaps", namespace), {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata,
      data,
    });
  } catch (error) {
    if (!isAlreadyExists(error) && !isNamespaceTerminating(error)) throw error;
  }
}

/** The CA as the apiserver publishes it, else as the cluster has it. */
async function rootCa(context: ReconcileContext): Promise<string> {
  const published = context.lister.get<ConfigMap>(
    "",
    "configmaps",
    "kube-system",
    "extension-apiserver-authentication",
  );
  const certificate = published?.data?.["client-ca-file"];
  if (certificate !== undefined) return certificate;
  if (context.certificateAuthority === undefined)
    throw new Error("the cluster has no certificate authority to publish");
  return (await context.certificateAuthority()).certificate;
}
