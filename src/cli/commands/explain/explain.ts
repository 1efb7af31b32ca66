import type { ApiResource, RestMapper } from "../../../client/rest-mapper.ts";
import { type JsonObject, parseApiVersion } from "../../../machinery/object.ts";
import { createStructure } from "../../../machinery/schema/structure.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { ExitError } from "../../exit.ts";
import { renderOld, renderPlain } from "../../explain/render.ts";
import { createDocs, openApiNode, type SchemaNode, typeNode } from "../../explain/schema-node.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { typeOf } from "../../resources/typed.ts";
import type { Session } from "../../session.ts";

interface ExplainOptions {
  readonly target: string;
  readonly apiVersion: string;
  readonly output: string;
  readonly recursive: boolean;
}

const RENDERERS: Readonly<Record<string, typeof renderPlain>> = {
  plaintext: renderPlain,
  "plaintext-openapiv2": renderOld,
};

/** "deployments.apps.spec" as a resource and the path behind it: the longest name that fits. */
function split(mapper: RestMapper, target: string): { resource: ApiResource | undefined; path: readonly string[] } {
  if (target === "") throw new Error("a resource must be present, got: /, Resource=");
  // A field path is a JSONPath to kubectl, in which ".." is as good as ".".
  const words = target.replace(/\.$/, "").replace(/\.\.+/g, ".").split(".");
  if (words[0] === "") throw new Error("invalid jsonpath syntax, first node must be field node");
  for (let count = words.length; count > 1; count--) {
    const [, ...qualifier] = words.slice(0, count);
    const resource = mapper.resourceFor(words.slice(0, count).join("."));
    const isQualified = resource !== undefined && resource.group !== "" && resource.group === qualifier.join(".");
    if (isQualified) return { resource, path: words.slice(count) };
  }
  return { resource: mapper.resourceFor(words[0]!), path: words.slice(1) };
}

async function customSchema(session: Session, resource: ApiResource): Promise<JsonObject | undefined> {
  const client = await session.client();
  const crd = await client.get<JsonObject>(
    { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" },
    `${resource.resource}.${resource.group}`,
  );
  const versions: JsonObject[] = crd["spec"]?.versions ?? [];
  return versions.find((v) => v["name"] === resource.version)?.["schema"]?.openAPIV3Schema;
}

async function schemaOf(session: Session, resource: ApiResource): Promise<SchemaNode> {
  const source = { structure: createStructure(session.readSchema), docs: createDocs(session.readSchema) };
  const type = await typeOf(resource);
  if (type !== undefined) return typeNode(source, type);
  const schema = await customSchema(session, resource);
  if (schema !== undefined) return openApiNode(source, schema, true);
  throw new Error(`GVK ${resource.group}/${resource.version}, Kind=${resource.kind} not found in OpenAPI schema`);
}

function inVersion(mapper: RestMapper, resource: ApiResource, apiVersion: string): ApiResource {
  if (apiVersion === "") return resource;
  if (apiVersion.split("/").length > 2) throw new Error(`unexpected GroupVersion string: ${apiVersion}`);
  const { group, version } = parseApiVersion(apiVersion);
  const found = mapper.resources.find(
    (r) => r.group === group && r.version === version && r.resource === resource.resource,
  );
  if (found !== undefined) return found;
  const gv = group === "" ? `/${version}` : `${group}/${version}`;
  const isServed = mapper.resources.some((r) => r.group === group && r.version === version);
  throw new Error(
    isServed
      ? `GVR (${gv}, Resource=${resource.resource}) not found in OpenAPI schema`
      : `couldn't find resource for "${gv}, Resource=${resource.resource}"`,
  );
}

async function run(session: Session, o: ExplainOptions): Promise<void> {
  const mapper = await session.mapper(2);
  const { resource: found, path } = split(mapper, o.target);
  if (found === undefined)
    throw new ExitError(`the server doesn't have a resource type ${JSON.stringify(o.target.split(".")[0])}`);
  if (path.some((name) => name.includes("[")))
    throw new Error("invalid jsonpath syntax, first node must be field node");
  const resource = inVersion(mapper, found, o.apiVersion);
  const render = RENDERERS[o.output];
  if (render === undefined) throw new Error(`unrecognized format: ${o.output}`);
  const { text, missing } = render({
    group: resource.group,
    version: resource.version,
    kind: resource.kind,
    root: await schemaOf(session, resource),
    path,
    recursive: o.recursive,
  });
  session.streams.stdout.write(text);
  if (missing !== undefined) throw new Error(`field ${JSON.stringify(missing)} does not exist`);
}

/** `kubectl explain`, from the structure table and the descriptions that the build brought, or a custom resource's schema. Mirrors kubectl/pkg/cmd/explain. */
export const command: CommandDefinition<ExplainOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage:
        "TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [-o|--output=plaintext|plaintext-openapiv2]",
      long: `Describe the fields of a resource, or of one of its fields.

 A field is named by a path: <type>.<fieldName>[.<fieldName>].

Use "kubectl api-resources" for a complete list of supported resources.`,
      examples: `
# A resource, a field of it
kubectl explain pods
kubectl explain pods.spec.containers

# All fields, by name and type
kubectl explain pods --recursive`,
    });
    declareFlags(
      c,
      flag.string("api-version", "Use this version (group/version) of the type."),
      flag.string("output", "How to show it: plaintext or plaintext-openapiv2.", { default: "plaintext" }),
      flag.bool("recursive", "Names and types of all fields below, without descriptions."),
    );
  },
  complete: (session, flags, args) => {
    if (args.length === 0)
      throw new Error(
        `You must specify the type of resource to explain. Use "${session.program} api-resources" for a complete list of supported resources.`,
      );
    if (args.length > 1) throw new Error("We accept only this format: explain RESOURCE");
    return {
      target: args[0]!,
      apiVersion: flags["apiVersion"],
      output: flags["output"],
      recursive: flags["recursive"],
    };
  },
  run,
};
