import { type CommandDefinition, INTERRUPTED } from "../../define-command.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { type BuildOptions, findResources } from "../../resources/builder.ts";
import { groupKind, type Info } from "../../resources/info.ts";
import { requireKnownKind } from "../../resources/typed.ts";
import { workloadOf } from "../../resources/workload.ts";
import type { Session } from "../../session.ts";
import { deadlineSignal, objectStates } from "../../wait/object-states.ts";
import { rolloutFlags, rolloutTarget } from "../rollout/shared.ts";

interface StatusOptions {
  readonly build: BuildOptions;
  readonly revision: number;
  readonly timeoutMs: number;
  readonly watch: boolean;
}

async function showStatus(session: Session, o: StatusOptions, info: Info): Promise<void> {
  await requireKnownKind(info);
  const viewer = (await workloadOf(info.resource))?.rolloutStatus;
  if (viewer === undefined) throw new Error(`no status viewer has been implemented for ${groupKind(info.resource)}`);
  const end = deadlineSignal(session, o.timeoutMs > 0 ? o.timeoutMs : Number.POSITIVE_INFINITY);
  let seen = false;
  try {
    for await (const object of objectStates(session, info, end.signal)) {
      if (object === undefined && seen) throw new Error("object has been deleted");
      if (object === undefined) continue;
      seen = true;
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
    let found = false;
    await result.visit(async (info) => {
      found = true;
      await showStatus(session, o, info);
    });
    if (!found) session.streams.stderr.write(`No resources found in ${o.build.namespace} namespace.\n`);
  },
};
