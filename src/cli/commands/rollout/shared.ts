import { filenameFlags, selectorFlag } from "../../flags/common-flags.ts";
import type { FlagSpec } from "../../flags/flag.ts";
import { aggregate } from "../../report-error.ts";
import { type BuildOptions, findResources } from "../../resources/builder.ts";
import { type Info, qualifiedResource } from "../../resources/info.ts";
import { targetOf } from "../../resources/target.ts";
import type { Session } from "../../session.ts";

/** The flags that every rollout command has. */
export const rolloutFlags: readonly FlagSpec[] = [...filenameFlags("that name what to look at"), selectorFlag];

/** What the arguments and flags of a rollout command name. Throws "required resource not specified". */
export async function rolloutTarget(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<BuildOptions> {
  if (args.length === 0 && flags["filename"].length === 0 && flags["kustomize"] === "")
    throw new Error("required resource not specified");
  return {
    ...(await targetOf(session, flags, args)),
    labelSelector: flags["selector"],
    allowEmptySelector: true,
    latest: true,
    typed: true,
  };
}

/** Runs `work` on every object that was found. Errors are gathered, those of finding first. */
export async function forEachInfo(
  session: Session,
  build: BuildOptions,
  work: (info: Info) => Promise<void>,
): Promise<void> {
  const { infos, error } = await (await findResources(session, build)).infos();
  const errors: unknown[] = error === undefined ? [] : [error];
  if (infos.length === 0 && error === undefined)
    session.streams.stderr.write(`No resources found in ${build.namespace} namespace.\n`);
  for (const info of infos)
    try {
      await work(info);
    } catch (failure) {
      errors.push(failure);
    }
  if (errors.length > 0) throw aggregate(errors);
}

/** `error: deployments.apps "web" REASON` (the prefix shows among several errors), as pause, resume and restart put it. */
export function subjectError(info: Info, reason: string): Error {
  return new Error(`error: ${qualifiedResource(info.resource)} ${JSON.stringify(info.name)} ${reason}`);
}
