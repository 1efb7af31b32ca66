import { envVarNameErrors } from "../../../machinery/names.ts";
import type { JsonObject, KubeObject } from "../../../machinery/object.ts";
import { atoi } from "../../atoi.ts";
import { dryRunSuffix } from "../../flags/strategies.ts";
import { parseLabels } from "../../labels.ts";
import { type ObjectPrinter, operationPrinter } from "../../printers/format.ts";
import { aggregate } from "../../report-error.ts";
import { withLastAppliedTyped } from "../../resources/last-applied.ts";
import { applyOverrides } from "../../resources/overrides.ts";
import { typedObject } from "../../resources/typed.ts";
import type { Session } from "../../session.ts";
import type { RunOptions } from "./run.ts";

function envOf(specs: readonly string[]): JsonObject[] {
  return specs.map((spec) => {
    const equals = spec.indexOf("=");
    const name = equals < 0 ? "" : spec.slice(0, equals);
    if (name === "" || envVarNameErrors(name).length > 0) throw new Error(`invalid env: ${spec}`);
    return { name, value: spec.slice(equals + 1) };
  });
}

function annotationsOf(specs: readonly string[]): Record<string, string> | undefined {
  if (specs.length === 0) return undefined;
  const annotations: Record<string, string> = {};
  for (const spec of specs) {
    if (spec === "") continue;
    const equals = spec.indexOf("=");
    if (equals <= 0) throw new Error(`invalid annotations format: ${spec}`);
    Object.defineProperty(annotations, spec.slice(0, equals), {
      value: spec.slice(equals + 1),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return Object.keys(annotations).length === 0 ? undefined : annotations;
}

/** The pod that `run` makes. Mirrors kubectl/pkg/generate/versioned BasicPod. */
export function podOf(o: RunOptions): JsonObject {
  if (o.name === "") throw new Error("Parameter: name is required");
  const env = envOf(o.env);
  const labels = o.labels === "" ? { run: o.name } : parseLabels(o.labels);
  const annotations = annotationsOf(o.annotations);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: o.name,
      ...(o.explicitNamespace ? { namespace: o.namespace } : {}),
      labels,
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: {
      containers: [
        {
          name: o.name,
          image: o.image,
          ...(o.args.length === 0 ? {} : { [o.command ? "command" : "args"]: [...o.args] }),
          ...(o.port === "" ? {} : { ports: [{ containerPort: atoi(o.port) }] }),
          ...(env.length === 0 ? {} : { env }),
          ...(o.imagePullPolicy === "" ? {} : { imagePullPolicy: o.imagePullPolicy }),
          ...(o.privileged ? { securityContext: { privileged: true } } : {}),
          ...(o.stdin ? { stdin: true, ...(o.leaveStdinOpen ? {} : { stdinOnce: true }) } : {}),
          ...(o.tty ? { tty: true } : {}),
        },
      ],
      restartPolicy: o.restart,
      dnsPolicy: "ClusterFirst",
    },
  };
}

function serviceOf(o: RunOptions): JsonObject {
  const port = atoi(o.port);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: o.name,
      ...(o.explicitNamespace ? { namespace: o.namespace } : {}),
      ...(o.labels === "" ? {} : { labels: parseLabels(o.labels) }),
    },
    spec: {
      ports: [{ protocol: "TCP", port, targetPort: port }],
      selector: o.labels === "" ? { run: o.name } : parseLabels(o.labels),
    },
  };
}

async function createObject(
  session: Session,
  o: RunOptions,
  generated: JsonObject,
  resource: string,
): Promise<JsonObject> {
  const typed = await typedObject(session, o.record(generated));
  if (o.dryRun === "client") return typed;
  const object = o.saveConfig ? await withLastAppliedTyped(typed) : typed;
  const client = await session.client();
  const created = await client.create<JsonObject>(
    { group: "", version: "v1", resource, namespace: o.namespace },
    object,
    {
      dryRun: o.dryRun === "server",
      fieldManager: o.fieldManager,
    },
  );
  return typedObject(session, created);
}

async function exposePod(session: Session, o: RunOptions, print: ObjectPrinter): Promise<void> {
  const service = await createObject(session, o, serviceOf(o), "services");
  session.streams.stdout.write(print(service));
  if (o.print.output === "yaml") session.streams.stdout.write("---\n");
}

/** Creates the pod (and its service), and attaches to it where that was asked for. */
export async function runPod(session: Session, o: RunOptions): Promise<void> {
  const print = await operationPrinter(session, { ...o.print, typed: true }, `created${dryRunSuffix(o.dryRun)}`);
  const pod = await createObject(
    session,
    o,
    await applyOverrides(session, podOf(o), o.overrides, o.overrideType),
    "pods",
  );
  const errors: unknown[] = [];
  if (o.expose)
    try {
      await exposePod(session, o, print);
    } catch (error) {
      errors.push(error);
    }
  if (o.attach) {
    const { attachToRun } = await import("./run-attach.ts");
    await attachToRun(session, o, pod as unknown as KubeObject);
    return;
  }
  session.streams.stdout.write(print(pod));
  if (errors.length > 0) throw aggregate(errors);
}
