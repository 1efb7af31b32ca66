import type { KubeObject } from "../../../machinery/object.ts";
import { isNotFound } from "../../../machinery/status-error.ts";
import { describeObject } from "../../describe/describe-object.ts";
import { aggregate } from "../../report-error.ts";
import { type BuildOptions, fetchInfo, findResources } from "../../resources/builder.ts";
import type { Info } from "../../resources/info.ts";
import type { Session } from "../../session.ts";
import type { DescribeOptions } from "./describe.ts";

/** Describes what was found, a blank line between two (Go's "\n\n" for none, as many as were found). */
async function describeAll(
  session: Session,
  o: DescribeOptions,
  infos: readonly Info[],
  errors: unknown[],
): Promise<void> {
  let isFirst = true;
  const seen = new Set<string>();
  for (const info of infos)
    try {
      info.object ??= await fetchInfo(session, info);
      const text = await describeObject(session, info.resource, info.object as KubeObject, o);
      session.streams.stdout.write(isFirst ? text : `\n\n${text}`);
      isFirst = false;
    } catch (error) {
      if (isNotFound(error) && !seen.has(error.message)) {
        seen.add(error.message);
        errors.push(error);
      } else if (!isNotFound(error)) errors.push(error);
    }
}

/** The objects whose names begin with the one that was not found. Mirrors DescribeOptions.DescribeMatchingResources. */
async function matching(session: Session, o: DescribeOptions): Promise<readonly Info[]> {
  const [type = "", prefix = ""] = o.args;
  const build: BuildOptions = { ...o.build, args: [type], filenames: [], kustomize: "" };
  const { infos, error } = await (await findResources(session, build)).infos();
  if (error !== undefined) throw error;
  return infos.filter((i) => i.name.startsWith(prefix));
}

/** `kubectl describe`. */
export async function runDescribe(session: Session, o: DescribeOptions): Promise<void> {
  const { infos, error } = await (await findResources(session, o.build)).infos();
  if (error !== undefined && isNotFound(error) && o.args.length === 2) {
    const similar = await matching(session, o);
    if (similar.length === 0) throw error;
    const errors: unknown[] = [];
    await describeAll(session, o, similar, errors);
    if (errors.length > 0) throw aggregate(errors);
    return;
  }
  const errors: unknown[] = error === undefined ? [] : [error];
  await describeAll(session, o, infos, errors);
  if (infos.length === 0 && errors.length === 0) {
    const where = o.build.allNamespaces === true ? "" : ` in ${o.build.namespace} namespace.`;
    session.streams.stderr.write(`No resources found${where}\n`);
  }
  if (errors.length > 0) throw aggregate(errors);
}
