import { createHmac, createPublicKey, createSign, createVerify, timingSafeEqual } from "node:crypto";
import type { JsonObject } from "../../machinery/object.ts";

const encode = (value: string | Uint8Array): string => Buffer.from(value).toString("base64url");

const isPem = (key: string): boolean => key.includes("-----BEGIN");

/** A JWT over `claims`: RS256 where `key` is a PEM private key, HS256 otherwise. */
export function signJwt(claims: JsonObject, key: string): string {
  const rsa = isPem(key);
  const header = encode(
    JSON.stringify({ alg: rsa ? "RS256" : "HS256", ...(rsa ? { kid: "drykube" } : { typ: "JWT" }) }),
  );
  const signed = `${header}.${encode(JSON.stringify(claims))}`;
  const signature = rsa
    ? createSign("RSA-SHA256").update(signed).sign(key)
    : createHmac("sha256", key).update(signed).digest();
  return `${signed}.${encode(signature)}`;
}

/** The claims of a token that `key` has signed; undefined for any other. */
export function verifyJwt(token: string, key: string): JsonObject | undefined {
  const parts = token.split(".");
  if (parts.length !== 3) return undefined;
  const [header, payload, signature] = parts as [string, string, string];
  const algorithm = parse(header)?.alg;
  const given = Buffer.from(signature, "base64url");
  const signed = `${header}.${payload}`;
  if (isPem(key)) {
    if (algorithm !== "RS256") return undefined;
    if (!createVerify("RSA-SHA256").update(signed).verify(createPublicKey(key), given)) return undefined;
    return parse(payload);
  }
  if (algorithm !== "HS256") return undefined;
  const expected = createHmac("sha256", key).update(signed).digest();
  return expected.length === given.length && timingSafeEqual(expected, given) ? parse(payload) : undefined;
}

function parse(part: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
