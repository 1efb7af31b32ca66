import { type FieldError, invalid } from "../../../machinery/field-error.ts";
import type { JsonObject, ObjectMeta } from "../../../machinery/object.ts";
import { baselineChecks, restrictedChecks, type Violation } from "./checks.ts";

export type Level = "privileged" | "baseline" | "restricted";

/** A level as of a version: "restricted:latest". `minor` is what the checks go by. */
export interface LevelVersion {
  readonly level: Level;
  readonly version: string;
  readonly minor: number;
}

/** What a namespace's labels ask for. */
export interface Policy {
  readonly enforce: LevelVersion;
  readonly warn: LevelVersion;
}

const PREFIX = "pod-security.kubernetes.io/";
const LEVELS: readonly Level[] = ["privileged", "baseline", "restricted"];
const LATEST = Number.POSITIVE_INFINITY;
const PRIVILEGED: LevelVersion = { level: "privileged", version: "latest", minor: LATEST };

const isLevel = (text: string): text is Level => (LEVELS as readonly string[]).includes(text);

/** Below zero where `a` is the more permissive level. */
export const compareLevels = (a: Level, b: Level): number => LEVELS.indexOf(a) - LEVELS.indexOf(b);

export const levelText = ({ level, version }: LevelVersion): string => `${level}:${version}`;

function minorOf(version: string): number | undefined {
  if (version === "latest") return LATEST;
  const match = /^v1\.(0|[1-9]\d{0,2})$/.exec(version);
  return match === null ? undefined : Number(match[1]);
}

/** Reads the labels of a namespace; what does not parse is strict, and reported. Mirrors pod-security-admission/api PolicyToEvaluate. */
export function policyOf(labels: Readonly<Record<string, string>> = {}): { policy: Policy; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const read = (mode: string, fallback: Level): LevelVersion => {
    const level = labels[PREFIX + mode];
    const version = labels[`${PREFIX}${mode}-version`];
    if (level !== undefined && !isLevel(level))
      errors.push(
        invalid(`metadata.labels[${PREFIX}${mode}]`, level, "must be one of privileged, baseline, restricted"),
      );
    const minor = minorOf(version ?? "latest");
    if (minor === undefined)
      errors.push(invalid(`metadata.labels[${PREFIX}${mode}-version]`, version, 'must be "latest" or "v1.x"'));
    return {
      level: level === undefined ? "privileged" : isLevel(level) ? level : fallback,
      version: minor === undefined ? "latest" : (version ?? "latest"),
      minor: minor ?? LATEST,
    };
  };
  const enforce = read("enforce", "restricted");
  read("audit", "restricted");
  const asked = read("warn", "privileged");
  const warns = labels[`${PREFIX}warn`] !== undefined;
  // Who enforces without a word on warnings is warned of workloads whose pods will be refused.
  const warn = !warns && compareLevels(asked.level, enforce.level) < 0 ? enforce : warns ? asked : PRIVILEGED;
  return { policy: { enforce, warn }, errors };
}

/** What keeps a pod from a level, in upstream's order. */
export function violations(at: LevelVersion, metadata: ObjectMeta, spec: JsonObject): readonly Violation[] {
  if (at.level === "privileged") return [];
  const known = (check: { readonly since?: number }): boolean => (check.since ?? 0) <= at.minor;
  const restricted = at.level === "restricted" ? restrictedChecks.filter(known) : [];
  const overridden = new Set(restricted.flatMap((c) => c.overrides ?? []));
  const checks = [...baselineChecks.filter((c) => known(c) && !overridden.has(c.id)), ...restricted];
  return checks.map((c) => c.check(spec, metadata, at.minor)).filter((v): v is Violation => v !== undefined);
}

export const detailsOf = (found: readonly Violation[]): string =>
  found.map((v) => (v.detail === "" ? v.reason : `${v.reason} (${v.detail})`)).join(", ");
export const reasonsOf = (found: readonly Violation[]): string => found.map((v) => v.reason).join(", ");
