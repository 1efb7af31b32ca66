/** Rules for which tags an image has. `versions`: major versions with their highest minor, "1" → 29. */
export interface TagRule {
  readonly versions: Readonly<Record<string, number>>;
  /** Names such as "alpine", "bookworm", "slim", alone or after a version. */
  readonly variants?: readonly string[];
  /** Tags that stand alone: "stable", "mainline". */
  readonly names?: readonly string[];
  /** Highest patch number; 99 by default. */
  readonly maxPatch?: number;
  readonly prefix?: string;
}

/** Builds a rule: "latest", NAME, VERSION, VARIANT, VERSION-VARIANT. */
export function tags(rule: TagRule): (tag: string) => boolean {
  return (tag) => {
    if (tag === "latest" || rule.names?.includes(tag)) return true;
    const text = rule.prefix !== undefined && tag.startsWith(rule.prefix) ? tag.slice(rule.prefix.length) : tag;
    const match = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.\d+)?(?:-(.+))?$/.exec(text);
    if (match === null) return isVariant(rule, text);
    const [, major, minor, patch, variant] = match;
    if (!Object.hasOwn(rule.versions, major!)) return false;
    if (minor !== undefined && Number(minor) > rule.versions[major!]!) return false;
    if (patch !== undefined && Number(patch) > (rule.maxPatch ?? 60)) return false;
    return variant === undefined || isVariant(rule, variant);
  };
}

function isVariant(rule: TagRule, text: string): boolean {
  const known = [...(rule.variants ?? []), ...(rule.names ?? [])];
  return text.split("-").every((part) => known.includes(part) || known.includes(part.replace(/[\d.]+$/, "")));
}

/** Any tag that looks like one somebody would push. */
export function anyTag(tag: string): boolean {
  return !/^(bad|nosuch\w*|nonexist\w*|doesnotexist|does-not-exist|invalid|wrong|typo|missing|bogus|latestt|lates|latst|fake|broken|badtag|bad-tag)([-_.\d].*)?$/.test(
    tag,
  );
}
