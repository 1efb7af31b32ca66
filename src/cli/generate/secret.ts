import { configMapKeyErrors } from "../../machinery/names.ts";
import type { JsonObject } from "../../machinery/object.ts";
import type { FlagSpec } from "../flags/flag.ts";
import { flag } from "../flags/flag.ts";
import type { DataEntry } from "./data-sources.ts";
import { secretHash } from "./name-hash.ts";

/** The flag that all secrets share. */
export const appendHashFlag: FlagSpec = flag.bool("append-hash", "Append a hash of the content to the name.");

/** Where secrets go, and how their refusals start. */
export const secretTarget = {
  resource: { group: "", version: "v1", resource: "secrets", namespaced: true },
  failure: "failed to create secret",
} as const;

/** A Secret of these entries. Throws for keys that are wrong or there twice. */
export async function secretOf(
  name: string,
  type: string,
  entries: readonly DataEntry[],
  appendHash: boolean,
): Promise<JsonObject> {
  const data = new Map<string, string>();
  for (const { key, content } of entries) {
    const errors = configMapKeyErrors(key);
    if (errors.length > 0)
      throw new Error(`${JSON.stringify(key)} is not valid key name for a Secret ${errors.join(";")}`);
    if (data.has(key)) throw new Error(`cannot add key ${key}, another key by that name already exists`);
    data.set(key, Buffer.from(content).toString("base64"));
  }
  const object = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name },
    ...(data.size === 0 ? {} : { data: Object.fromEntries(data) }),
    ...(type === "" ? {} : { type }),
  };
  return appendHash ? { ...object, metadata: { name: `${name}-${await secretHash(object)}` } } : object;
}
