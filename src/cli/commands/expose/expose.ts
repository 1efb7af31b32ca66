import type { JsonObject } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { dryRunFlag, fieldManagerFlag, filenameFlags, saveConfigFlag } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { type Recorder, recorderOf, recordFlag } from "../../flags/record.ts";
import { type DryRun, dryRunOf, dryRunSuffix } from "../../flags/strategies.ts";
import { describeCommand } from "../../help/command-text.ts";
import { parseLabels } from "../../labels.ts";
import { operationPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import { type BuildOptions, findResources } from "../../resources/builder.ts";
import { groupKind, type Info } from "../../resources/info.ts";
import { withLastAppliedTyped } from "../../resources/last-applied.ts";
import { applyOverrides } from "../../resources/overrides.ts";
import { targetOf } from "../../resources/target.ts";
import { typedObject } from "../../resources/typed.ts";
import { workloadOf } from "../../resources/workload.ts";
import type { Session } from "../../session.ts";
import { type ServiceRequest, serviceOf } from "./service.ts";

interface ExposeOptions extends Omit<ServiceRequest, "name" | "ports" | "selector" | "labels"> {
  readonly build: BuildOptions;
  readonly explicitNamespace: boolean;
  readonly name: string;
  readonly port: string;
  readonly selector: string;
  readonly labels: string;
  readonly overrides: string;
  readonly overrideType: string;
  readonly saveConfig: boolean;
  readonly dryRun: DryRun;
  readonly fieldManager: string;
  readonly print: PrintOptions;
  readonly record: Recorder;
}

const MAX_NAME_LENGTH = 63;

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<ExposeOptions> {
  const { explicit } = await session.namespace();
  return {
    build: {
      ...(await targetOf(session, flags, args)),
      typed: true,
    },
    explicitNamespace: explicit,
    name: flags["name"],
    port: flags["port"],
    protocol: flags["protocol"],
    targetPort: flags["targetPort"],
    type: flags["type"],
    clusterIp: flags["clusterIp"],
    externalIp: flags["externalIp"],
    loadBalancerIp: flags["loadBalancerIp"],
    sessionAffinity: flags["sessionAffinity"],
    selector: flags["selector"],
    labels: flags["labels"],
    overrides: flags["overrides"],
    overrideType: flags["overrideType"],
    saveConfig: flags["saveConfig"],
    dryRun: dryRunOf(session, flags),
    fieldManager: flags["fieldManager"],
    print: printOptionsOf(flags),
    record: recorderOf(flags),
  };
}

function selectorFrom(exposeSelector: () => Record<string, string>): Record<string, string> {
  try {
    return exposeSelector();
  } catch (error) {
    throw new Error(`couldn't retrieve selectors via --selector flag or introspection: ${(error as Error).message}`);
  }
}

/** A service, and what of it the resources after this one take over: upstream keeps it in its options. */
interface Generated {
  readonly service: JsonObject;
  readonly options: ExposeOptions;
}

const pairsText = (pairs: Readonly<Record<string, string>>): string =>
  Object.entries(pairs)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

async function generate(o: ExposeOptions, info: Info): Promise<Generated> {
  const facet = await workloadOf(info.resource);
  if (facet?.exposeSelector === undefined) throw new Error(`cannot expose a ${groupKind(info.resource)}`);
  const { exposeSelector } = facet;
  const selector = o.selector === "" ? selectorFrom(() => exposeSelector(info.object)) : parseLabels(o.selector);
  const known = facet.ports?.(info.object) ?? [];
  const isHeadless = o.clusterIp === "None";
  if (o.port === "" && known.length === 0 && !isHeadless)
    throw new Error("couldn't find port via --port flag or introspection");
  const labels = o.labels === "" ? (info.object!["metadata"]?.labels ?? {}) : parseLabels(o.labels);
  if (!["", "None", "ClientIP"].includes(o.sessionAffinity))
    throw new Error(`unknown session affinity: ${o.sessionAffinity}`);
  const service = serviceOf({
    ...o,
    name: o.name === "" ? info.name.slice(0, MAX_NAME_LENGTH) : o.name,
    ports: o.port === "" ? known : o.port.split(",").map((port) => ({ port })),
    knownPorts: known,
    selector,
    labels,
    ...(o.explicitNamespace ? { namespace: o.build.namespace } : {}),
  });
  const port = o.port === "" ? known.map((p) => p.port).join(",") : o.port;
  return { service, options: { ...o, selector: pairsText(selector), labels: pairsText(labels), port } };
}

async function expose(session: Session, o: ExposeOptions, info: Info, generated: JsonObject): Promise<JsonObject> {
  const overridden = await applyOverrides(session, generated, o.overrides, o.overrideType);
  const typed = await typedObject(session, o.record(overridden));
  if (o.dryRun === "client") return typed;
  const service = o.saveConfig ? await withLastAppliedTyped(typed) : typed;
  const client = await session.client();
  const path = { group: "", version: "v1", resource: "services", namespace: info.namespace || o.build.namespace };
  return client.create<JsonObject>(path, service, { dryRun: o.dryRun === "server", fieldManager: o.fieldManager });
}

async function run(session: Session, o: ExposeOptions): Promise<void> {
  const print = await operationPrinter(session, { ...o.print, typed: true }, `exposed${dryRunSuffix(o.dryRun)}`);
  const { infos, error } = await (await findResources(session, o.build)).infos();
  if (error !== undefined) throw error;
  let options = o;
  for (const info of infos) {
    const generated = await generate(options, info);
    options = generated.options;
    const service = await expose(session, options, info, generated.service);
    session.streams.stdout.write(print(await typedObject(session, service)));
  }
}

/** `kubectl expose`. Mirrors kubectl/pkg/cmd/expose. */
export const command: CommandDefinition<ExposeOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage:
        "(-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name] [--external-ip=external-ip-of-service] [--type=type]",
      long: `Make a service for a resource.

 A deployment, service, replica set, replication controller or pod is looked up by name, and its labels become the new service's selector. Without --port the ports of the resource are taken.`,
      examples: `
# A service on port 80 for containers on port 8000
kubectl expose rc nginx --port=80 --target-port=8000

# For a pod, by another name
kubectl expose pod valid-pod --port=444 --name=frontend

# For a deployment
kubectl expose deployment nginx --port=80 --target-port=8000`,
    });
    declareFlags(
      c,
      ...printFlags(),
      flag.string("cluster-ip", "The service's IP; 'None' for a headless service, empty for any."),
      dryRunFlag,
      flag.string("external-ip", "An external IP that the service accepts too."),
      fieldManagerFlag("kubectl-expose"),
      ...filenameFlags("that name what to expose"),
      flag.string("labels", "Labels of the service; the resource's by default.", { short: "l" }),
      flag.string("load-balancer-ip", "The IP of the load balancer."),
      flag.string("name", "The service's name."),
      flag.string("override-type", "How --overrides is applied: json, merge or strategic.", { default: "merge" }),
      flag.string("overrides", "Inline JSON that changes the generated object."),
      flag.string("port", "The service's port; the resource's by default."),
      flag.string("protocol", "The protocol; TCP by default."),
      recordFlag,
      saveConfigFlag,
      flag.string("selector", "The service's selector, by equality only; the resource's by default."),
      flag.string("session-affinity", "'None' or 'ClientIP'."),
      flag.string("target-port", "Name or number of the containers' port; the service's by default."),
      flag.string("type", "ClusterIP, NodePort, LoadBalancer or ExternalName."),
    );
  },
  complete,
  run,
};
