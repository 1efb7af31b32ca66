import { apiVersionOf, type KubeObject } from "../../../machinery/object.ts";
import { type Status, StatusError } from "../../../machinery/status-error.ts";
import { type CommandDefinition, INTERRUPTED } from "../../define-command.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { type BuildOptions, findResources } from "../../resources/builder.ts";
import { groupKind, type Info, pathOf } from "../../resources/info.ts";
import { workloadOf } from "../../resources/workload.ts";
import type { Session } from "../../session.ts";
import { rolloutFlags, rolloutTarget } from "../rollout/shared.ts";

interface StatusOptions {
  readonly build: BuildOptions;
  readonly revision: number;
  readonly timeoutMs: number;
  readonly watch: boolean;
}

/** The object and then each of its changes: a list of one, and a watch from there. */
async function* statesOf(session: Session, info: Info, signal: AbortSignal): AsyncGenerator<KubeObject> {
  const client = await session.client();
  const path = pathOf(info);
  const fieldSelector = `metadata.name=${info.name}`;
  const { items, metadata } = await client.list<KubeObject>(path, { fieldSelector });
  for (const item of items) yield { ...item, ...typeMetaOf(info) };
  const resourceVersion = String(metadata["resourceVersion"] ?? "");
  for await (const event of client.watch<KubeObject>(path, { fieldSelector, resourceVersion, signal })) {
    if (event.type === "DELETED") throw new Error("object has been deleted");
    if (event.type === "ERROR") throw new StatusError(event.object as unknown as Status);
    if (event.type !== "BOOKMARK") yield event.object;
  }
}

const typeMetaOf = ({ resource }: Info): { apiVersion: string; kind: string } => ({
  apiVersion: apiVersionOf(resource),
  kind: resource.kind,
});

async function showStatus(session: Session, o: StatusOptions, info: Info): Promise<void> {
  const viewer = (await workloadOf(info.resource))?.rolloutStatus;
  if (viewer === undefined) throw new Error(`no status viewer has been implemented for ${groupKind(info.resource)}`);
  const end = new AbortController();
  session.signal.addEventListener("abort", () => end.abort(), { once: true });
  if (o.timeoutMs > 0) void session.sleep(o.timeoutMs).then(() => end.abort());
  try {
    for await (const object of statesOf(session, info, end.signal)) {
      const { message, done } = viewer(object, o.revision);
      session.streams.stdout.write(message.endsWith("\n") || message === "" ? message : `${message}\n`);
      if (done || !o.watch) return;
    }
  } catch (error) {
    if (!end.signal.aborted) throw error;
  } finally {
    end.abort();
  }
  throw new Error("timed out waiting for the condition");
}

/** `kubectl rollout status`. Mirrors kubectl/pkg/cmd/rollout/rollout_status.go. */
export const command: CommandDefinition<StatusOptions> = {
  exitOn: INTERRUPTED,
  define: (c) => {
    describeCommand(c, {
      usage: "(TYPE NAME | TYPE/NAME) [flags]",
      long: "Show how a rollout goes, until it is done. --watch=false shows how it stands; --revision fails when another rollout starts meanwhile.",
      examples: "# Of a deployment\nkubectl rollout status deployment/nginx",
    });
    declareFlags(
      c,
      ...rolloutFlags,
      flag.int64("revision", "Watch this revision; 0: the latest."),
      flag.duration("timeout", "How long to watch; 0 watches until it is done."),
      flag.bool("watch", "Watch until the rollout is done.", { short: "w", default: "true" }),
    );
  },
  complete: async (session, flags, args) => ({
    build: await rolloutTarget(session, flags, args),
    revision: flags["revision"],
    timeoutMs: flags["timeout"],
    watch: flags["watch"],
  }),
  validate: (o) => {
    if (o.revision < 0) throw new Error(`revision must be a positive integer: ${o.revision}`);
  },
  run: async (session, o) => {
    const result = await findResources(session, o.build);
    const { infos, error } = await result.infos();
    if (error !== undefined) throw error;
    if (infos.length === 0) {
      session.streams.stderr.write(`No resources found in ${o.build.namespace} namespace.\n`);
      return;
    }
    for (const info of infos) await showStatus(session, o, info);
  },
};
