import type { KubeObject } from "../../../machinery/object.ts";
import { isNotFound } from "../../../machinery/status-error.ts";
import { describeObject } from "../../describe/describe-object.ts";
import { aggregate } from "../../report-error.ts";
import { type BuildOptions, fetchInfo, findResources } from "../../resources/builder.ts";
import type { Info } from "../../resources/info.ts";
import type { Session } from "../../session.ts";
import type { DescribeOptions } from "./describe.ts";

/** The description of one thing, as the server has it: a manifest only names it. */
async function textOf(session: Session, o: DescribeOptions, info: Info): Promise<string> {
  const object = info.source === "" ? info.object : undefined;
  return describeObject(session, info.resource, (object ?? (await fetchInfo(session, info))) as KubeObject, o);
}

/** Describes what was found, two empty lines between two. Equal errors are told once. */
async function describeAll(session: Session, o: DescribeOptions, infos: readonly Info[]): Promise<unknown[]> {
  const errors = new Map<string, unknown>();
  let isFirst = true;
  for (const info of infos)
    try {
      const text = await textOf(session, o, info);
      session.streams.stdout.write(isFirst ? text : `\n\n${text}`);
      isFirst = false;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!errors.has(message)) errors.set(message, error);
    }
  return [...errors.values()];
}

/** The objects whose names begin with the one that was not found, an empty line after each; the first error ends it. Mirrors DescribeOptions.DescribeMatchingResources. */
async function describeMatching(session: Session, o: DescribeOptions, notFound: unknown): Promise<void> {
  const [type = "", prefix = ""] = o.args;
  const build: BuildOptions = {
    args: [type],
    namespace: o.build.namespace,
    ...(o.build.chunkSize === undefined ? {} : { chunkSize: o.build.chunkSize }),
    allowEmptySelector: true,
    singleResourceType: true,
    flatten: true,
  };
  const { infos, error } = await (await findResources(session, build)).infos();
  if (error !== undefined) throw error;
  const similar = infos.filter((i) => i.name.startsWith(prefix));
  if (similar.length === 0) throw notFound;
  for (const info of similar) session.streams.stdout.write(`${await textOf(session, o, info)}\n`);
}

/** `kubectl describe`. Mirrors kubectl/pkg/cmd/describe DescribeOptions.Run. */
export async function runDescribe(session: Session, o: DescribeOptions): Promise<void> {
  const { infos, error } = await (await findResources(session, o.build)).infos();
  if (isNotFound(error) && o.args.length === 2) return describeMatching(session, o, error);
  const errors = [...(error === undefined ? [] : [error]), ...(await describeAll(session, o, infos))];
  if (infos.length === 0 && errors.length === 0) {
    const where = o.build.allNamespaces === true ? "" : ` in ${o.build.namespace} namespace.`;
    session.streams.stderr.write(`No resources found${where}\n`);
  }
  if (errors.length === 0) return;
  // What is wrong with files is an aggregate even of one, which is told without "error: ".
  const ofFiles = (o.build.filenames ?? []).length > 0 || (o.build.kustomize ?? "") !== "";
  const all = errors.flatMap((e) => (e instanceof AggregateError ? e.errors : [e]));
  throw ofFiles ? new AggregateError(all) : aggregate(all);
}
