import { JsonError, parseJson } from "../../machinery/codec/json-read.ts";
import { isObject } from "../../machinery/schema/json-value.ts";
import { badRequest } from "../../machinery/status-error.ts";

/** Where a list goes on, and the state that it shows. */
export interface ContinueToken {
  /** The first key that is not yet told, below the list's prefix. */
  readonly start: string;
  /** The revision of the first page; undefined: whatever there is now, for a list that has given up being consistent. */
  readonly revision: number | undefined;
}

/** What tokens have for "whatever there is now". */
const LATEST = -1;

/** A token as clients carry it. Mirrors apiserver/pkg/storage/continue.go EncodeContinue. */
export function writeContinueToken({ start, revision }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv: revision ?? LATEST, start })).toString("base64url");
}

/** Reads a token; throws BadRequest in upstream's words. Mirrors apiserver/pkg/storage/continue.go DecodeContinue. */
export function readContinueToken(text: string): ContinueToken {
  const token = decoded(text);
  if (token["v"] !== "meta.k8s.io/v1")
    throw wrong(`: server does not recognize this encoded version ${String(token["v"] ?? "")}`);
  const revision = Number.isSafeInteger(token["rv"]) ? (token["rv"] as number) : 0;
  if (revision === 0) throw wrong(": incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  const start = typeof token["start"] === "string" ? token["start"] : "";
  if (start === "") throw wrong(": encoded start key empty (version meta.k8s.io/v1)");
  // Keys are flat here, but a path that climbs is refused as upstream does.
  const key = start.replace(/^\//, "");
  if (key.split("/").some((part) => part === "" || part === "." || part === "..")) throw wrong(`: ${start}`);
  return { start: key, revision: revision < 0 ? undefined : revision };
}

function decoded(text: string): Readonly<Record<string, unknown>> {
  const end = /[^A-Za-z0-9_-]/.exec(text)?.index ?? (text.length % 4 === 1 ? text.length - 1 : -1);
  if (end >= 0) throw wrong(`: illegal base64 data at input byte ${end}`);
  try {
    const value = parseJson(Buffer.from(text, "base64url").toString());
    if (isObject(value)) return value;
  } catch (error) {
    throw wrong(`: ${error instanceof JsonError ? error.message : "invalid token"}`);
  }
  throw wrong(": json: cannot unmarshal into Go value of type storage.continueToken");
}

const wrong = (what: string): Error => badRequest(`invalid continue token: continue key is not valid${what}`);
