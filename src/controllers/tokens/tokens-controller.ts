import type { ConfigMap, Secret, ServiceAccount } from "../../kinds/types/core_v1.ts";
import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { type Controller, type ReconcileContext, splitKey } from "../controller.ts";
import { core } from "../shared/paths.ts";
import { ACCOUNT_NAME, TOKEN_TYPE } from "./names.ts";

const ACCOUNT_UID = "kubernetes.io/service-account.uid";
const TEN_YEARS_SECONDS = 315_360_000;

/** Fills secrets made for service accounts with a token, and deletes those whose account is gone. Mirrors pkg/controller/serviceaccount/tokens_controller.go. */
export const tokensController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const secret = context.lister.get<Secret>("", "secrets", namespace, name);
    if (secret?.type !== TOKEN_TYPE) return undefined;
    const { annotations = {} } = secret.metadata;
    const account = context.lister.get<ServiceAccount>(
      "",
      "serviceaccounts",
      namespace,
      annotations[ACCOUNT_NAME] ?? "",
    );
    const uid = annotations[ACCOUNT_UID];
    if (account === undefined || (uid !== undefined && uid !== account.metadata.uid))
      await remove(context, namespace, name);
    else await fill(context, secret, account);
    return undefined;
  },
};

async function remove(context: ReconcileContext, namespace: string, name: string): Promise<void> {
  try {
    await context.client.delete(core("secrets", namespace), name);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function fill(context: ReconcileContext, secret: Secret, account: ServiceAccount): Promise<void> {
  const { namespace } = secret.metadata;
  const data = { ...secret.data };
  const ca = context.lister.get<ConfigMap>("", "configmaps", namespace, "kube-root-ca.crt")?.data?.["ca.crt"];
  if (data["ca.crt"] === undefined && ca !== undefined) data["ca.crt"] = btoa(ca);
  data["namespace"] ??= btoa(namespace ?? "");
  data["token"] ??= btoa(await tokenFor(context, account));
  const annotated = secret.metadata.annotations?.[ACCOUNT_UID] === account.metadata.uid;
  if (annotated && Object.keys(data).length === Object.keys(secret.data ?? {}).length) return;
  const annotations = { ...secret.metadata.annotations, [ACCOUNT_UID]: account.metadata.uid! };
  await context.client.update(core("secrets", namespace), {
    ...secret,
    metadata: { ...secret.metadata, annotations },
    data,
  });
}

/** A token by the TokenRequest API: only the apiserver has the key. */
async function tokenFor(context: ReconcileContext, account: ServiceAccount): Promise<string> {
  const request: KubeObject = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    metadata: {},
    spec: { expirationSeconds: TEN_YEARS_SECONDS },
  };
  const { name, namespace } = account.metadata;
  const at = core("serviceaccounts", namespace);
  const answer = await context.client.create<JsonObject>(at, request, { name, subresource: "token" });
  return answer.status?.token ?? "";
}
