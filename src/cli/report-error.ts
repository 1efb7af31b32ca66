import { ConfigurationInvalid } from "../client/configuration-invalid.ts";
import { ConnectionError } from "../client/connection-error.ts";
import { type StatusCause, StatusError } from "../machinery/status-error.ts";
import { isSystemError, systemErrorText } from "../machinery/system-error.ts";
import { ExitError, UsageError } from "./exit.ts";
import { FlagError } from "./flags/scan.ts";

/** What the user sees of an error, and the exit code. An empty text prints nothing. */
export interface ErrorReport {
  readonly text: string;
  readonly code: number;
}

/** kubectl's text for errors of the API and of the connection; undefined for others. Mirrors cmdutil.StandardErrorMessage. */
export function standardMessage(error: unknown): string | undefined {
  if (error instanceof StatusError) {
    if (error.reason === "Unauthorized") return `error: You must be logged in to the server (${error.message})`;
    return error.reason === ""
      ? `Error from server: ${error.message}`
      : `Error from server (${error.reason}): ${error.message}`;
  }
  if (error instanceof ConnectionError)
    return error.refused
      ? `The connection to the server ${error.host} was refused - did you specify the right host or port?`
      : `Unable to connect to the server: ${error.message}`;
  return undefined;
}

/** The text of one of several errors. */
export function messageForError(error: unknown): string {
  if (isSystemError(error)) return systemErrorText(error);
  return standardMessage(error) ?? (error instanceof Error ? error.message : String(error));
}

/** "PREFIX: the only one", or the prefix over a list with bullets. Mirrors cmdutil.MultilineError. */
function multiline(prefix: string, messages: readonly string[]): string {
  if (messages.length === 1) return `${prefix}${messages[0]}\n`;
  return `${prefix}\n${messages.map((m) => `* ${m}\n`).join("")}`;
}

const causeText = (cause: StatusCause): string => `${cause.field ?? ""}: ${cause.message ?? ""}`;

/** Mirrors cmdutil.checkErr's case for 422. */
function invalidText(error: StatusError): string {
  const { details, message = "" } = error.status;
  const plain = "The request is invalid";
  if (details === undefined) return message === "" ? plain : `${plain}: ${message}`;
  const causes = [...new Set((details.causes ?? []).map(causeText))];
  const named = (details.kind ?? "") !== "" || (details.name ?? "") !== "";
  const subject = named
    ? `The ${details.kind ?? ""} ${JSON.stringify(details.name ?? "")} is invalid`
    : message !== "" && causes.length === 0
      ? `${plain}: ${message}`
      : plain;
  return causes.length === 0 ? subject : multiline(`${subject}: `, causes);
}

/** Several errors at once, as utilerrors.Aggregate: flattened, one alone is that one. */
export function aggregate(errors: readonly unknown[]): unknown {
  const flat = errors.flatMap((e) => (e instanceof AggregateError ? e.errors : [e]));
  return flat.length === 1 ? flat[0] : new AggregateError(flat, aggregateMessage(flat));
}

/** utilerrors.Aggregate's Error(): equal messages once, several in brackets. */
export function aggregateMessage(errors: readonly unknown[]): string {
  const texts = [...new Set(errors.map((e) => (e instanceof Error ? e.message : String(e))))];
  return texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
}

/** An error with the file that it came from: `error when creating "x.yaml": …`. Mirrors cmdutil.AddSourceToErr. */
export function addSource(verb: string, source: string, error: unknown): unknown {
  if (source === "" || !(error instanceof Error) || error instanceof ExitError) return error;
  const message = `error when ${verb} ${JSON.stringify(source)}: ${error.message}`;
  return error instanceof StatusError ? new StatusError({ ...error.status, message }) : new Error(message);
}

function isOurMistake(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}

/** Turns whatever a command threw into text and exit code. The one place that does. Mirrors cmdutil.CheckErr. `trace` adds the stack of our own mistakes. */
export function reportError(error: unknown, program: string, trace = false): ErrorReport {
  if (error instanceof ExitError) return { text: error.message, code: error.code };
  if (error instanceof UsageError) {
    const see =
      error.see === undefined
        ? ""
        : `\nSee '${program}${error.see === "" ? "" : ` ${error.see}`} -h' for help and examples`;
    return { text: withPrefix(`${error.message}${see}`), code: 1 };
  }
  if (error instanceof FlagError) return { text: `error: ${error.message}`, code: 1 };
  if (error instanceof StatusError && error.reason === "Invalid") return { text: invalidText(error), code: 1 };
  if (error instanceof ConfigurationInvalid)
    return { text: multiline("Error in configuration: ", error.reasons), code: 1 };
  if (error instanceof AggregateError) {
    return { text: error.errors.map((e) => `${messageForError(e)}\n`).join(""), code: 1 };
  }
  const standard = standardMessage(error);
  if (standard !== undefined) return { text: standard, code: 1 };
  if (isSystemError(error)) return { text: `error: ${systemErrorText(error)}`, code: 1 };
  if (isOurMistake(error)) {
    const known = error as Error;
    return { text: `error: internal error: ${(trace ? known.stack : undefined) ?? known.message}`, code: 1 };
  }
  return { text: withPrefix(error instanceof Error ? error.message : String(error)), code: 1 };
}

const withPrefix = (message: string): string => (message.startsWith("error: ") ? message : `error: ${message}`);
