import type { UserInfo } from "../../client/transport.ts";
import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { storeKey } from "../../store/object-store.ts";
import type { Server } from "../context.ts";
import { serviceAccountUser } from "./authenticate.ts";
import { signJwt, verifyJwt } from "./jwt.ts";

export const ISSUER = "https://kubernetes.default.svc.cluster.local";
const LEGACY_ISSUER = "kubernetes/serviceaccount";
const LEGACY = "kubernetes.io/serviceaccount/";

/** An object whose end ends a token. */
export interface BoundObject {
  readonly kind: "Pod" | "Secret" | "Node";
  readonly name: string;
  readonly uid: string;
}

/** Makes a token for a service account that holds from now for so many seconds. Mirrors pkg/serviceaccount/claims.go Claims. */
export function makeToken(
  server: Server,
  account: KubeObject,
  audiences: readonly string[],
  seconds: number,
  bound: BoundObject | undefined,
  id: string,
): string {
  const now = Math.floor(server.now() / 1000);
  const { namespace = "", name = "", uid = "" } = account.metadata;
  const claims: JsonObject = {
    aud: audiences,
    exp: now + seconds,
    iat: now,
    iss: ISSUER,
    jti: id,
    "kubernetes.io": {
      namespace,
      ...(bound === undefined ? {} : { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } }),
      serviceaccount: { name, uid },
    },
    nbf: now,
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
  return signJwt(claims, keyOf(server));
}

/** The token of a Secret of type kubernetes.io/service-account-token: it holds as long as the secret. Mirrors pkg/serviceaccount/legacy.go LegacyClaims. */
export function makeLegacyToken(server: Server, account: KubeObject, secretName: string): string {
  const { namespace = "", name = "", uid = "" } = account.metadata;
  return signJwt(
    {
      iss: LEGACY_ISSUER,
      [`${LEGACY}namespace`]: namespace,
      [`${LEGACY}secret.name`]: secretName,
      [`${LEGACY}service-account.name`]: name,
      [`${LEGACY}service-account.uid`]: uid,
      sub: `system:serviceaccount:${namespace}:${name}`,
    },
    keyOf(server),
  );
}

function keyOf(server: Server): string {
  const key = server.settings.serviceAccountKey?.();
  if (key === undefined) throw new Error("this server has no key for service account tokens");
  return key;
}

/** The user that a token stands for; undefined for one that is forged, over, or whose account or bound object is gone. `audiences`: what it must be good for. */
export async function authenticateToken(
  server: Server,
  token: string,
  audiences: readonly string[] = [ISSUER],
): Promise<(UserInfo & { readonly audiences?: readonly string[] }) | undefined> {
  const key = server.settings.serviceAccountKey?.();
  const claims = key === undefined ? undefined : verifyJwt(token, key);
  if (claims === undefined) return undefined;
  return claims.iss === LEGACY_ISSUER ? legacyUser(server, claims) : boundUser(server, claims, audiences);
}

function boundUser(
  server: Server,
  claims: JsonObject,
  audiences: readonly string[],
): (UserInfo & { audiences: readonly string[] }) | undefined {
  const now = Math.floor(server.now() / 1000);
  const own = claims["kubernetes.io"] as JsonObject | undefined;
  if (claims.iss !== ISSUER || own === undefined || claims.exp <= now || claims.nbf > now) return undefined;
  const given: string[] = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  const common = given.filter((a) => audiences.includes(a));
  if (common.length === 0) return undefined;
  const { namespace, serviceaccount: account } = own;
  if (!exists(server, "serviceaccounts", namespace, account)) return undefined;
  for (const kind of ["pod", "secret"] as const)
    if (own[kind] !== undefined && !exists(server, `${kind}s`, namespace, own[kind])) return undefined;
  const extra: Record<string, readonly string[]> = {
    "authentication.kubernetes.io/credential-id": [`JTI=${claims.jti}`],
  };
  if (own.pod !== undefined) {
    extra["authentication.kubernetes.io/pod-name"] = [own.pod.name];
    extra["authentication.kubernetes.io/pod-uid"] = [own.pod.uid];
  }
  return { ...serviceAccountUser(namespace, account.name, account.uid), extra, audiences: common };
}

function legacyUser(server: Server, claims: JsonObject): UserInfo | undefined {
  const namespace: string = claims[`${LEGACY}namespace`] ?? "";
  const account = { name: claims[`${LEGACY}service-account.name`], uid: claims[`${LEGACY}service-account.uid`] };
  const secret = server.store.get(storeKey("", "secrets", namespace, claims[`${LEGACY}secret.name`] ?? ""));
  if (secret === undefined || secret.object.metadata.deletionTimestamp !== undefined) return undefined;
  if (!exists(server, "serviceaccounts", namespace, account)) return undefined;
  return serviceAccountUser(namespace, account.name, account.uid);
}

function exists(server: Server, resource: string, namespace: string, wanted: { name: string; uid: string }): boolean {
  const found = server.store.get(storeKey("", resource, namespace, wanted.name));
  return found !== undefined && found.object.metadata.uid === wanted.uid;
}
