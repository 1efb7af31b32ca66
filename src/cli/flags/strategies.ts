import { klogWarning } from "../klog.ts";
import type { ValidationDirective } from "../resources/manifests.ts";
import type { Session } from "../session.ts";
import { parseGoBool } from "./values.ts";

/** Whether a command changes anything: for real, only in print, or through the server's validation. */
export type DryRun = "none" | "client" | "server";

function asBool(text: string): boolean | undefined {
  try {
    return parseGoBool(text);
  } catch {
    return undefined;
  }
}

/** Reads --dry-run, with kubectl's deprecation notes. Mirrors cmdutil.GetDryRunStrategy. */
export function dryRunOf(session: Session, flags: Readonly<Record<string, any>>): DryRun {
  const text: string = flags["dryRun"];
  const bool = asBool(text);
  if (bool !== undefined) {
    const instead = bool ? "client" : "none";
    klogWarning(
      session,
      `helpers.go:${bool ? 717 : 720}`,
      `--dry-run=${text} is deprecated (boolean value) and can be replaced with --dry-run=${instead}.`,
    );
    return instead;
  }
  if (text === "unchanged") {
    klogWarning(session, "helpers.go:703", "--dry-run is deprecated and can be replaced with --dry-run=client.");
    return "client";
  }
  if (text === "none" || text === "client" || text === "server") return text;
  throw new Error(`Invalid dry-run value (${text}). Must be "none", "server", or "client".`);
}

/** What is printed after an operation's name: "", " (dry run)", " (server dry run)". */
export function dryRunSuffix(dryRun: DryRun): string {
  return dryRun === "none" ? "" : dryRun === "client" ? " (dry run)" : " (server dry run)";
}

/** Reads --validate. Mirrors cmdutil.GetValidationDirective. */
export function validationOf(flags: Readonly<Record<string, any>>): ValidationDirective {
  const text: string = flags["validate"];
  const bool = asBool(text);
  if (bool !== undefined) return bool ? "Strict" : "Ignore";
  if (text === "strict") return "Strict";
  if (text === "warn") return "Warn";
  if (text === "ignore") return "Ignore";
  throw new Error(
    `invalid - validate option ${JSON.stringify(text)}; must be one of: strict (or true), warn, ignore (or false)`,
  );
}

/** What becomes of dependents. */
export type Cascade = "Background" | "Foreground" | "Orphan";

/** Reads --cascade. Mirrors cmdutil.GetCascadingStrategy. */
export function cascadeOf(session: Session, flags: Readonly<Record<string, any>>): Cascade {
  const text: string = flags["cascade"];
  const bool = asBool(text);
  if (bool !== undefined) {
    const instead = bool ? "background" : "orphan";
    session.streams.stderr.write(
      `warning: --cascade=${text} is deprecated (boolean value) and can be replaced with --cascade=${instead}.\n`,
    );
    return bool ? "Background" : "Orphan";
  }
  if (text === "background" || text === "") return "Background";
  if (text === "foreground") return "Foreground";
  if (text === "orphan") return "Orphan";
  throw new Error(`invalid cascade value (${text}). Must be "background", "foreground", or "orphan"`);
}
