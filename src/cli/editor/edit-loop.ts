import fs from "node:fs";
import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { StatusError } from "../../machinery/status-error.ts";
import { ExitError } from "../exit.ts";
import { aggregateMessage } from "../report-error.ts";
import { type Info, isList, listItems, qualifiedResource } from "../resources/info.ts";
import { infoForDocument, infoForItem } from "../resources/manifests.ts";
import type { Session } from "../session.ts";
import { type EditFormat, type EditReason, editableText, editHeader, hasContent, stripComments } from "./edit-file.ts";
import { launchEditor, writeTemporary } from "./launch.ts";

/** What became of one round in the editor. */
export interface EditResults {
  readonly reasons: EditReason[];
  /** Objects that the server refused, to be edited again. */
  invalid: number;
  notFound: number;
  /** Others that failed; the file may be tried again by hand. */
  retryable: number;
}

/** What is edited, and what is done with it. */
export interface EditSession {
  readonly format: EditFormat;
  readonly lastApplied: boolean;
  readonly namespace: string;
  readonly enforceNamespace: boolean;
  /** Does what the edit asks for; refusals of the server go through {@link addFailure}. Throws what ends the edit. */
  apply(updated: readonly Info[], results: EditResults): Promise<void>;
}

/** Files a failure under its sort and says it. Mirrors editResults.addError. */
export function addFailure(session: Session, results: EditResults, info: Info, error: unknown): void {
  const subject = `${qualifiedResource(info.resource)} ${JSON.stringify(info.name)}`;
  const { stderr } = session.streams;
  if (error instanceof StatusError && error.reason === "Invalid") {
    results.invalid++;
    const causes = error.status.details?.causes ?? [];
    results.reasons.push({
      head: `${subject} was not valid`,
      details: causes.map((c) => `${c.field ?? ""}: ${c.message ?? ""}`),
    });
    stderr.write(`error: ${subject} is invalid\n`);
  } else if (error instanceof StatusError && error.reason === "NotFound") {
    results.notFound++;
    stderr.write(`error: ${subject} could not be found on the server\n`);
  } else {
    results.retryable++;
    stderr.write(`error: ${subject} could not be patched: ${(error as Error).message}\n`);
  }
}

const freshResults = (): EditResults => ({ reasons: [], invalid: 0, notFound: 0, retryable: 0 });

async function documentsOf(text: string): Promise<readonly unknown[]> {
  const { readDocuments } = await import("../../machinery/codec/documents.ts");
  const { documents, error } = readDocuments(text);
  if (error !== undefined) throw new Error(error);
  return documents.map((d) => d.value);
}

/** Why an edited file cannot even be read; undefined where it can. */
async function fileProblem(text: string): Promise<string | undefined> {
  try {
    const values = await documentsOf(stripComments(text));
    const problems = values.flatMap((value) => {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return ["invalid object to validate"];
      return ["apiVersion", "kind"].filter((f) => !(value as JsonObject)[f]).map((f) => `${f} not set`);
    });
    if (values.length === 0) problems.push("invalid object to validate");
    return problems.length === 0 ? undefined : `error validating data: ${aggregateMessage(problems)}`;
  } catch (error) {
    return (error as Error).message;
  }
}

async function updatedInfos(session: Session, e: EditSession, text: string): Promise<Info[]> {
  const mapper = await session.mapper();
  const infos: Info[] = [];
  for (const value of await documentsOf(stripComments(text))) {
    const info = await infoForDocument(session, mapper, value, "edited-file", "Ignore");
    if (isList(info.object)) infos.push(...listItems(info.object!).map((i) => infoForItem(mapper, i, "edited-file")));
    else infos.push(info);
  }
  for (const info of infos) {
    if (!info.resource.namespaced) continue;
    if (info.namespace === "") info.namespace = e.namespace;
    else if (e.enforceNamespace && info.namespace !== e.namespace)
      throw new Error(
        `the namespace from the provided object ${JSON.stringify(info.namespace)} does not match the namespace ${JSON.stringify(e.namespace)}. You must pass '--namespace=${info.namespace}' to perform this operation.`,
      );
  }
  return infos;
}

function keepFile(session: Session, file: string, error: unknown): unknown {
  if (file !== "" && fs.existsSync(file))
    session.streams.stderr.write(`A copy of your changes has been stored to ${JSON.stringify(file)}\n`);
  return error;
}

/** What a round says about how to go on; undefined: the edit is done. */
async function closeRound(session: Session, results: EditResults, file: string): Promise<"again" | "done"> {
  const { stderr } = session.streams;
  if (results.retryable > 0) {
    stderr.write(`You can run \`kubectl replace -f ${file}\` to try this update again.\n`);
    throw new ExitError("", 1);
  }
  if (results.notFound > 0) {
    stderr.write(`The edits you made on deleted resources have been saved to ${JSON.stringify(file)}\n`);
    throw new ExitError("", 1);
  }
  if (results.invalid > 0) return "again";
  fs.rmSync(file, { force: true });
  return "done";
}

/** The state of an edit from round to round. */
interface Rounds {
  results: EditResults;
  file: string;
  edited: string;
  original: string;
  failed: boolean;
}

function openEditor(session: Session, e: EditSession, state: Rounds, body: string): string {
  const header = e.format.json ? "" : editHeader(e.lastApplied, state.results.reasons);
  const text = `${header}${body}`;
  if (!state.failed) state.original = text;
  const onDisk = e.format.windowsLineEndings ? text.replaceAll("\n", "\r\n") : text;
  const file = writeTemporary(session, onDisk, e.format.extension);
  try {
    launchEditor(session, file);
  } catch (error) {
    if (state.file === "") fs.rmSync(file, { force: true });
    throw keepFile(session, state.file, error);
  }
  return file;
}

/** One opening of the editor. True: the edit is over. */
async function round(session: Session, e: EditSession, infos: readonly Info[], state: Rounds): Promise<boolean> {
  const { stderr } = session.streams;
  const body = state.failed
    ? stripComments(state.edited)
    : await editableText(
        infos.map((i) => i.object!),
        e.format,
      );
  const file = openEditor(session, e, state, body);
  const before = state.edited;
  state.edited = fs.readFileSync(file, "utf8").replaceAll("\r\n", "\n");
  if (state.failed && stripComments(before) === stripComments(state.edited))
    throw keepFile(session, file, new Error("Edit cancelled, no valid changes were saved."));
  if (state.file !== "") fs.rmSync(state.file, { force: true });
  state.file = file;
  const problem = await fileProblem(state.edited);
  state.results = freshResults();
  if (problem !== undefined) {
    state.failed = true;
    const cause = `<nil>: Invalid value: "The edited file failed validation": ${problem}`;
    const subject = `${qualifiedResource(infos[0]!.resource)} ${JSON.stringify(infos[0]!.name)}`;
    state.results.reasons.push({ head: `${subject} was not valid`, details: [cause] });
    stderr.write(`error: ${subject} is invalid\n`);
    return false;
  }
  if (stripComments(state.original) === stripComments(state.edited) || !hasContent(state.edited)) {
    fs.rmSync(file, { force: true });
    const why = hasContent(state.edited) ? "no changes made." : "saved file was empty.";
    stderr.write(`Edit cancelled, ${why}\n`);
    return true;
  }
  let updated: readonly Info[];
  try {
    updated = await updatedInfos(session, e, state.edited);
  } catch (error) {
    state.failed = true;
    state.results.reasons.push({
      head: `The edited file had a syntax error: ${(error as Error).message}`,
      details: [],
    });
    return false;
  }
  state.failed = false;
  try {
    await e.apply(updated, state.results);
  } catch (error) {
    throw keepFile(session, file, error);
  }
  if ((await closeRound(session, state.results, file)) === "done") return true;
  state.failed = state.results.reasons.length > 0;
  return false;
}

/** Opens objects in the user's editor until the server takes what was made of them, or the user gives up. Mirrors EditOptions.Run. */
export async function editInfos(session: Session, e: EditSession, infos: readonly Info[]): Promise<void> {
  const state: Rounds = { results: freshResults(), file: "", edited: "", original: "", failed: false };
  while (!(await round(session, e, infos, state)));
}

/** The uid of an info's object. */
export const uidOf = (info: Info): string => (info.object as unknown as KubeObject | undefined)?.metadata?.uid ?? "";
