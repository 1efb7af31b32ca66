import type { JsonObject } from "../../../machinery/object.ts";
import {
  findInfos,
  podSpecOf,
  refuseLocalServer,
  type SetOptions,
  selectContainers,
  setFlags,
  setOptions,
  updateObjects,
} from "../../change/template-update.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { selectorFlag } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import type { Info } from "../../resources/info.ts";
import type { Session } from "../../session.ts";
import {
  checkOverwrites,
  type EnvChanges,
  parseEnv,
  sourceText,
  splitEnvArguments,
  updatedEnv,
} from "./env-sources.ts";

interface SetEnvOptions extends SetOptions {
  readonly specs: readonly string[];
  readonly from: string;
  readonly keys: readonly string[];
  readonly prefix: string;
  readonly containers: string;
  readonly overwrite: boolean;
  readonly list: boolean;
  readonly resolve: boolean;
}

const warn = (session: Session, text: string): void => session.streams.stderr.write(`Warning: ${text}\n`);

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<SetEnvOptions> {
  if (flags["all"] && flags["selector"] !== "") throw new Error("cannot set --all and --selector at the same time");
  const { resources, env } = splitEnvArguments(args);
  const base = await setOptions(session, flags, resources);
  refuseLocalServer(base);
  if (flags["filename"].length === 0 && flags["kustomize"] === "" && resources.length === 0)
    throw new Error("one or more resources must be specified as <resource> <name> or <resource>/<name>");
  if (flags["list"] && base.print.output !== "") throw new Error("--list and --output may not be specified together");
  if (flags["keys"].length > 0 && flags["from"] === "")
    throw new Error("when specifying --keys, a configmap or secret must be provided with --from");
  return {
    ...base,
    specs: [...flags["env"], ...env],
    from: flags["from"],
    keys: flags["keys"],
    prefix: flags["prefix"],
    containers: flags["containers"],
    overwrite: flags["overwrite"],
    list: flags["list"],
    resolve: flags["resolve"],
  };
}

/** The variables that a ConfigMap or a Secret stands for, one a key. */
function variablesFrom(session: Session, info: Info, keys: readonly string[]): JsonObject[] {
  const { kind } = info.resource;
  if (kind !== "ConfigMap" && kind !== "Secret") throw new Error("unsupported resource specified in --from");
  const ref = kind === "Secret" ? "secretKeyRef" : "configMapKeyRef";
  return Object.keys(info.object!["data"] ?? {})
    .sort()
    .filter((key) => keys.length === 0 || keys.includes(key))
    .map((key) => {
      const name = key.replace(/[^a-zA-Z0-9_]/g, "_").toUpperCase();
      if (name !== key) warn(session, `key ${key} transferred to ${name}`);
      return { name, valueFrom: { [ref]: { name: info.name, key } } };
    });
}

async function changesOf(session: Session, o: SetEnvOptions): Promise<EnvChanges> {
  const { set, remove } = await parseEnv(o.specs, () => session.streams.stdin.readAll());
  const all = [...set];
  if (o.from !== "") {
    if (o.local) throw new Error("unsupported resource specified in --from");
    const { filenames: _, kustomize: __, ...build } = o.build;
    for (const info of await findInfos(session, { ...build, args: [o.from] }))
      all.push(...variablesFrom(session, info, o.keys));
  }
  return { set: all.map((v) => ({ ...v, name: `${o.prefix}${v["name"]}` })), remove };
}

/** Prints the variables of one container; answers with whether all could be resolved. */
async function listContainer(
  session: Session,
  o: SetEnvOptions,
  place: {
    readonly info: Info;
    readonly object: JsonObject;
    readonly spec: JsonObject;
    readonly container: JsonObject;
  },
): Promise<boolean> {
  const { stdout, stderr } = session.streams;
  const { info, container } = place;
  stdout.write(`# ${info.resource.kind} ${info.name}, container ${container["name"]}\n`);
  const failed = new Map<string, string[]>();
  for (const variable of (container["env"] ?? []) as readonly JsonObject[]) {
    const { name, value = "", valueFrom } = variable;
    if (valueFrom === undefined) {
      stdout.write(`${name}=${value}\n`);
      continue;
    }
    try {
      if (!o.resolve) throw undefined;
      const { resolveSource } = await import("./resolve.ts");
      stdout.write(`${name}=${await resolveSource(session, valueFrom, { namespace: o.build.namespace, ...place })}\n`);
    } catch (error) {
      stdout.write(`# ${name} from ${sourceText(valueFrom)}\n`);
      if (error instanceof Error) failed.set(error.message, [...(failed.get(error.message) ?? []), name]);
    }
  }
  for (const [message, names] of failed)
    stderr.write(`error retrieving reference for ${names.join(", ")}: ${message}\n`);
  return failed.size === 0;
}

async function updateObject(
  session: Session,
  o: SetEnvOptions,
  changes: EnvChanges,
  info: Info,
  object: JsonObject,
): Promise<boolean> {
  const spec = await podSpecOf(info, object);
  const containers = [
    ...selectContainers(spec["containers"], o.containers),
    ...selectContainers(spec["initContainers"], o.containers),
  ];
  if (containers.length === 0)
    warn(
      session,
      `${info.resource.kind}/${info.name} does not have any containers matching ${JSON.stringify(o.containers)}`,
    );
  let resolved = true;
  for (const container of containers) {
    if (!o.overwrite) checkOverwrites(container["env"] ?? [], changes.set);
    container["env"] = updatedEnv(container["env"] ?? [], changes);
    if (o.list && !(await listContainer(session, o, { info, object, spec, container }))) resolved = false;
  }
  if (!resolved) throw new Error("failed to retrieve valueFrom references");
  return true;
}

async function run(session: Session, o: SetEnvOptions): Promise<void> {
  const changes = await changesOf(session, o);
  const infos = await findInfos(session, o.build);
  if (o.list) {
    const { deepCopy } = await import("../../../machinery/object.ts");
    // As upstream: what goes wrong while listing has been told on the way and fails nothing.
    for (const info of infos) await updateObject(session, o, changes, info, deepCopy(info.object!)).catch(() => false);
    return;
  }
  await updateObjects(session, o, infos, {
    operation: "env updated",
    failure: "failed to patch env update to pod template:",
    update: (info, object) => updateObject(session, o, changes, info, object),
  });
}

/** `kubectl set env`. Mirrors kubectl/pkg/cmd/set/set_env.go. */
export const command: CommandDefinition<SetEnvOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N",
      long: `Change or list the environment variables of a pod template.

 KEY- removes a variable; "-" with --env reads them from standard input.`,
      examples: `
# Set one
kubectl set env deployment/registry STORAGE_DIR=/local

# List them
kubectl set env deployment/sample-build --list

# From a secret, with a prefix
kubectl set env --from=secret/mysecret --prefix=MYSQL_ deployment/myapp

# Remove one from a container of all deployments
kubectl set env deployments --all --containers="c1" ENV-`,
    });
    declareFlags(
      c,
      ...setFlags,
      flag.string("containers", "Names of the containers; * stands for anything.", { short: "c", default: "*" }),
      flag.array("env", "Variable KEY=VALUE to set.", { short: "e" }),
      flag.string("from", "The config map or secret to take variables from."),
      flag.strings("keys", "Keys of --from to take; all by default."),
      flag.bool("list", "Show the variables."),
      flag.bool("overwrite", "Let variables that are there be changed.", { default: "true" }),
      flag.string("prefix", "What to put before the names."),
      flag.bool("resolve", "With --list: show the values of references too."),
      selectorFlag,
    );
  },
  complete,
  run,
};
