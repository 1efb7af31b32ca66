const acronyms: ReadonlySet<string> = new Set(["API", "URL", "UID", "OSB", "GUID"]);

const classOf = (rune: string): "lower" | "upper" | "other" =>
  /\p{Ll}/u.test(rune) ? "lower" : /\p{Lu}/u.test(rune) ? "upper" : "other";

/** "clusterIPs" → "cluster", "I", "Ps": a run of capitals gives its last to the small letters after it. Mirrors camelcase.Split of letters and dashes. */
function words(text: string): string[] {
  const runs: { kind: string; text: string }[] = [];
  for (const rune of text) {
    const kind = classOf(rune);
    const last = runs.at(-1);
    if (last?.kind === kind) last.text += rune;
    else runs.push({ kind, text: rune });
  }
  for (const [i, run] of runs.entries()) {
    const next = runs[i + 1];
    if (run.kind !== "upper" || next?.kind !== "lower") continue;
    const runes = [...run.text];
    next.text = runes.pop()! + next.text;
    run.text = runes.join("");
  }
  return runs.map((r) => r.text).filter((t) => t !== "");
}

/** "creationTimestamp" → "Creation Timestamp"; names with other characters than letters and dashes stay. Mirrors describe.smartLabelFor. */
export function smartLabel(field: string): string {
  if (!/^[\p{L}-]*$/u.test(field)) return field;
  return words(field)
    .map((w) => (acronyms.has(w.toUpperCase()) ? w.toUpperCase() : w.charAt(0).toUpperCase() + w.slice(1)))
    .join(" ");
}
