import type { KubeObject } from "../../machinery/object.ts";
import { storeKey } from "../../store/object-store.ts";
import type { ResourceContext } from "../context.ts";
import { makeLegacyToken } from "./service-account-token.ts";

const ACCOUNT_NAME = "kubernetes.io/service-account.name";
const ACCOUNT_UID = "kubernetes.io/service-account.uid";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/**
 * Fills a Secret of type kubernetes.io/service-account-token at once; upstream's tokens controller does so within a
 * moment. A secret without its account stays as it is. Mirrors pkg/controller/serviceaccount/tokens_controller.go.
 */
export function fillTokenSecret(ctx: ResourceContext, secret: KubeObject): void {
  const { store } = ctx.server;
  const { annotations = {}, namespace = "", name = "" } = secret.metadata;
  const account = store.get(storeKey("", "serviceaccounts", namespace, annotations[ACCOUNT_NAME] ?? ""))?.object;
  if (account === undefined || ctx.server.settings.serviceAccountKey === undefined) return;
  const uid = annotations[ACCOUNT_UID];
  if (uid !== undefined && uid !== account.metadata.uid) return;
  secret.metadata.annotations = { ...annotations, [ACCOUNT_UID]: account.metadata.uid ?? "" };
  const root = store.get(storeKey("", "configmaps", namespace, "kube-root-ca.crt"))?.object;
  const authority: string | undefined = root?.data?.["ca.crt"];
  secret.data = {
    ...(authority === undefined ? {} : { "ca.crt": base64(authority) }),
    namespace: base64(namespace),
    token: base64(makeLegacyToken(ctx.server, account, name)),
    ...secret.data,
  };
}
