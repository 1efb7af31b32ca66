import { configMapKeyErrors } from "../../../machinery/names.ts";
import type { JsonObject } from "../../../machinery/object.ts";
import { flag } from "../../flags/flag.ts";
import { type DataEntry, envFileEntries, fileEntries, isUtf8, literalEntry } from "../../generate/data-sources.ts";
import { type GenerateOptions, type Generator, generatorCommand } from "../../generate/generator.ts";
import { configMapHash } from "../../generate/name-hash.ts";
import type { Session } from "../../session.ts";

function checkKey(key: string, name: string, data: ReadonlyMap<string, string>, binary: ReadonlyMap<string, string>) {
  const errors = configMapKeyErrors(key);
  if (errors.length > 0)
    throw new Error(`${JSON.stringify(key)} is not a valid key name for a ConfigMap: ${errors.join(",")}`);
  const held = data.has(key) ? "Data" : binary.has(key) ? "BinaryData" : undefined;
  if (held !== undefined)
    throw new Error(
      `cannot add key ${JSON.stringify(key)}, another key by that name already exists in ${held} for ConfigMap ${JSON.stringify(name)}`,
    );
}

/** The data of a ConfigMap: what is text, and what is not. */
export function configMapData(name: string, entries: readonly DataEntry[]): JsonObject {
  const data = new Map<string, string>();
  const binaryData = new Map<string, string>();
  for (const { key, content } of entries) {
    checkKey(key, name, data, binaryData);
    const buffer = Buffer.from(content);
    if (isUtf8(content)) data.set(key, buffer.toString("utf8"));
    else binaryData.set(key, buffer.toString("base64"));
  }
  return {
    ...(data.size === 0 ? {} : { data: Object.fromEntries(data) }),
    ...(binaryData.size === 0 ? {} : { binaryData: Object.fromEntries(binaryData) }),
  };
}

async function generate({ name, flags }: GenerateOptions, session: Session): Promise<JsonObject> {
  const entries = [
    ...flags["fromFile"].flatMap((source: string) => fileEntries(session.cwd, source)),
    ...flags["fromLiteral"].map(literalEntry),
    ...flags["fromEnvFile"].flatMap((file: string) => envFileEntries(session, file, "env config file")),
  ];
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, ...configMapData(name, entries) };
  return flags["appendHash"] ? { ...object, metadata: { name: `${name}-${await configMapHash(object)}` } } : object;
}

const generator: Generator = {
  path: "create configmap",
  text: {
    usage: "NAME [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none]",
    long: "Create a config map from files, directories or literal values.\n\n The key of a file is its name, unless one is given; a directory gives one key for each file in it.",
    examples: `
# From a directory
kubectl create configmap my-config --from-file=path/to/bar

# From files with keys of their own
kubectl create configmap my-config --from-file=key1=/path/to/bar/file1.txt --from-file=key2=/path/to/bar/file2.txt

# From literal values
kubectl create configmap my-config --from-literal=key1=config1 --from-literal=key2=config2

# From an env file
kubectl create configmap my-config --from-env-file=path/to/foo.env`,
  },
  flags: [
    flag.bool("append-hash", "Append a hash of the content to the name."),
    flag.strings("from-env-file", "File of KEY=VALUE lines."),
    flag.strings("from-file", "File, KEY=FILE or directory; may be given several times."),
    flag.array("from-literal", "KEY=VALUE; may be given several times."),
  ],
  resource: { group: "", version: "v1", resource: "configmaps", namespaced: true },
  namedHere: true,
  failure: "failed to create configmap:",
  validate: ({ flags }) => {
    if (flags["fromEnvFile"].length > 0 && flags["fromFile"].length + flags["fromLiteral"].length > 0)
      throw new Error("from-env-file cannot be combined with from-file or from-literal");
  },
  generate,
};

/** `kubectl create configmap`. Mirrors kubectl/pkg/cmd/create/create_configmap.go. */
export const command = generatorCommand(generator);
