import { createPublicKey } from "node:crypto";
import type { ApiResponse } from "../../client/transport.ts";
import type { JsonObject } from "../../machinery/object.ts";
import type { RequestContext } from "../context.ts";
import { ISSUER } from "./service-account-token.ts";

const json = (body: JsonObject): ApiResponse => ({ kind: "object", code: 200, body });

/** /.well-known/openid-configuration and /openid/v1/jwks: how others check service accounts' tokens. Mirrors pkg/serviceaccount/openidmetadata.go. */
export function serveIssuer(ctx: RequestContext, parts: readonly string[]): ApiResponse | undefined {
  const path = parts.join("/");
  if (path === ".well-known/openid-configuration")
    return json({
      issuer: ISSUER,
      jwks_uri: `https://${ctx.server.settings.serverAddress}/openid/v1/jwks`,
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    });
  if (path !== "openid/v1/jwks") return undefined;
  const key = ctx.server.settings.serviceAccountKey?.() ?? "";
  // A shared secret has no public half to show.
  if (!key.includes("-----BEGIN")) return json({ keys: [] });
  const jwk = createPublicKey(key).export({ format: "jwk" }) as JsonObject;
  return json({ keys: [{ use: "sig", kid: "drykube", alg: "RS256", ...jwk }] });
}
