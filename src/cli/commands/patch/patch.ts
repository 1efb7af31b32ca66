import fs from "node:fs";
import path from "node:path";
import { objectPath } from "../../../client/create-client.ts";
import { deepCopy, deepEqual, type JsonObject } from "../../../machinery/object.ts";
import { applyJsonPatch } from "../../../machinery/patch/json.ts";
import { mergePatch } from "../../../machinery/patch/merge.ts";
import { applyStrategicPatch } from "../../../machinery/patch/strategic.ts";
import { createStructure } from "../../../machinery/schema/structure.ts";
import { StatusError } from "../../../machinery/status-error.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { dryRunFlag, fieldManagerFlag, filenameFlags } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { recordFlag, recordPatchOf } from "../../flags/record.ts";
import { type DryRun, dryRunOf } from "../../flags/strategies.ts";
import { fileReason } from "../../generate/data-sources.ts";
import { describeCommand } from "../../help/command-text.ts";
import { operationPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import { type BuildOptions, findResources } from "../../resources/builder.ts";
import { type Info, pathOf } from "../../resources/info.ts";
import { targetOf } from "../../resources/target.ts";
import { typeOf } from "../../resources/typed.ts";
import type { Session } from "../../session.ts";

interface PatchOptions {
  readonly build: BuildOptions;
  readonly patch: string;
  readonly patchFile: string;
  readonly type: string;
  readonly local: boolean;
  readonly dryRun: DryRun;
  readonly fieldManager: string;
  readonly print: PrintOptions;
  readonly recordPatch: JsonObject | undefined;
}

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ["json", "application/json-patch+json"],
  ["merge", "application/merge-patch+json"],
  ["strategic", "application/strategic-merge-patch+json"],
]);

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<PatchOptions> {
  return {
    build: {
      ...(await targetOf(session, flags, args)),
      local: flags["local"],
      subresource: flags["subresource"],
    },
    patch: flags["patch"],
    patchFile: flags["patchFile"],
    type: flags["type"],
    local: flags["local"],
    dryRun: dryRunOf(session, flags),
    fieldManager: flags["fieldManager"],
    print: printOptionsOf(flags),
    recordPatch: recordPatchOf(flags),
  };
}

function validate(o: PatchOptions): void {
  if (o.patch !== "" && o.patchFile !== "") throw new Error("cannot specify --patch and --patch-file together");
  if (o.patch === "" && o.patchFile === "")
    throw new Error("must specify --patch or --patch-file containing the contents of the patch");
  if (o.local && (o.build.args ?? []).length > 0) throw new Error("cannot specify --local and server resources");
  if (o.local && o.dryRun === "server")
    throw new Error("cannot specify --local and --dry-run=server - did you mean --dry-run=client?");
  if (o.type !== "" && !CONTENT_TYPES.has(o.type.toLowerCase()))
    throw new Error(`--type must be one of [${[...CONTENT_TYPES.keys()].join(" ")}], not ${JSON.stringify(o.type)}`);
}

/** The patch as JSON text. What looks like JSON goes to the server as it is, broken or not. Mirrors yaml.ToJSON. */
async function patchText(session: Session, o: PatchOptions): Promise<string> {
  let text = o.patch;
  if (o.patchFile !== "")
    try {
      text = fs.readFileSync(path.resolve(session.cwd, o.patchFile), "utf8");
    } catch (error) {
      const action = (error as NodeJS.ErrnoException).code === "EISDIR" ? "read" : "open";
      throw new Error(`unable to read patch file: ${action} ${o.patchFile}: ${fileReason(error)}`);
    }
  if (text.trimStart().startsWith("{")) return text;
  const { readYaml } = await import("../../../machinery/codec/yaml-read.ts");
  try {
    return JSON.stringify(readYaml(text) ?? null);
  } catch (error) {
    throw new Error(`unable to parse ${JSON.stringify(o.patch)}: ${(error as Error).message}`);
  }
}

/** A type of patch that the server does not take, told with the kind. */
function explainUnsupported(error: unknown, contentType: string, info: Info): unknown {
  if (!(error instanceof StatusError) || error.code !== 415) return error;
  const { group, version, kind } = info.resource;
  return new Error(`${contentType} is not supported by ${group}/${version}, Kind=${kind}: ${error.message}`);
}

async function patchOnServer(session: Session, o: PatchOptions, info: Info, body: string): Promise<JsonObject> {
  const client = await session.client();
  const contentType = CONTENT_TYPES.get(o.type.toLowerCase()) ?? CONTENT_TYPES.get("strategic")!;
  const response = await client
    .request({
      method: "PATCH",
      path: objectPath(pathOf(info), info.name, o.build.subresource),
      query: { fieldManager: o.fieldManager, ...(o.dryRun === "server" ? { dryRun: "All" } : {}) },
      headers: { accept: "application/json", "content-type": contentType },
      body,
    })
    .catch((error: unknown) => {
      throw explainUnsupported(error, contentType, info);
    });
  if (response.kind !== "object") throw new Error(`unexpected answer to PATCH ${info.name}`);
  return response.body;
}

/** The patched object without a server. Mirrors patch.go getPatchedJSON. */
async function patchLocally(session: Session, o: PatchOptions, info: Info, body: string): Promise<JsonObject> {
  const object = deepCopy(info.object!);
  const patch = JSON.parse(body);
  if (o.type === "json") return applyJsonPatch(object, patch);
  if (o.type === "merge") return mergePatch(object, patch) as JsonObject;
  const { group, version, kind } = info.resource;
  const type = await typeOf(info.resource);
  if (type === undefined)
    throw new Error(
      `strategic merge patch is not supported for ${group === "" ? "" : group}/${version}, Kind=${kind} locally, try --type merge`,
    );
  return applyStrategicPatch(createStructure(session.readSchema), type, object, patch) as JsonObject;
}

/** --record: a second patch with the command line. */
async function recordChange(session: Session, o: PatchOptions, info: Info): Promise<JsonObject> {
  const client = await session.client();
  const write = { fieldManager: o.fieldManager };
  return client.patch<JsonObject>(pathOf(info), info.name, "application/merge-patch+json", o.recordPatch!, write);
}

async function run(session: Session, o: PatchOptions): Promise<void> {
  const body = await patchText(session, o);
  const result = await findResources(session, o.build);
  const printers = new Map<boolean, (object: JsonObject) => string>();
  let count = 0;
  await result.visit(async (info) => {
    count++;
    const isLocal = o.local || o.dryRun === "client";
    let patched = await (isLocal ? patchLocally : patchOnServer)(session, o, info, body);
    if (!isLocal && o.recordPatch !== undefined && o.dryRun === "none") patched = await recordChange(session, o, info);
    const didPatch = !deepEqual(info.object, patched);
    const operation = didPatch ? "patched" : "patched (no change)";
    const print = printers.get(didPatch) ?? (await operationPrinter(session, o.print, operation));
    printers.set(didPatch, print);
    session.streams.stdout.write(print(patched));
  });
  if (count === 0) throw new Error("no objects passed to patch");
}

/** `kubectl patch`. Mirrors kubectl/pkg/cmd/patch. */
export const command: CommandDefinition<PatchOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "(-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE]",
      long: "Change fields of a resource with a strategic merge patch, a JSON merge patch or a JSON patch.\n\n The patch is JSON or YAML. Custom resources know no strategic merge patch.",
      examples: `
# A node, with a patch in JSON and in YAML
kubectl patch node k8s-node-1 -p '{"spec":{"unschedulable":true}}'
kubectl patch node k8s-node-1 -p $'spec:\\n unschedulable: true'

# The image of a container; its name is the key of the merge
kubectl patch pod valid-pod -p '{"spec":{"containers":[{"name":"kubernetes-serve-hostname","image":"new image"}]}}'

# A JSON patch
kubectl patch pod valid-pod --type='json' -p='[{"op": "replace", "path": "/spec/containers/0/image", "value":"new image"}]'

# A subresource
kubectl patch deployment nginx-deployment --subresource='scale' --type='merge' -p '{"spec":{"replicas":2}}'`,
    });
    declareFlags(
      c,
      ...printFlags(),
      dryRunFlag,
      fieldManagerFlag("kubectl-patch"),
      ...filenameFlags("that name what to patch"),
      flag.bool("local", "Do not contact the server: patch what the files have, and print it."),
      flag.string("patch", "The patch.", { short: "p" }),
      flag.string("patch-file", "File with the patch."),
      recordFlag,
      flag.string("subresource", "Patch this subresource."),
      flag.string("type", "The type of patch: json, merge or strategic.", { default: "strategic" }),
    );
  },
  complete,
  validate,
  run,
};
