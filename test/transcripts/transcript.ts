/** One step of a transcript: a bash command and what the real pair answered. */
export interface Step {
  readonly run: string;
  stdout: string;
  stderr: string;
  exit: number;
}

/** What a transcript does, in order: puts a file into the scratch directory, or runs a step. */
export type TranscriptEvent = { readonly file: string; readonly text: string } | Step;

interface Section {
  readonly kind: string;
  readonly argument: string;
  readonly lines: string[];
}

/** Reads the transcript format: sections headed by "-- file: NAME --", "-- run --", "-- stdout --", "-- stderr --", "-- exit: N --". */
export function parseTranscript(text: string): TranscriptEvent[] {
  const events: TranscriptEvent[] = [];
  for (const { kind, argument, lines } of sectionsOf(text)) {
    const body = lines.join("\n").replace(/\n+$/, "");
    const last = events.at(-1);
    if (kind === "file") events.push({ file: argument, text: `${body}\n` });
    else if (kind === "run") events.push({ run: body, stdout: "", stderr: "", exit: 0 });
    else if (last !== undefined && "run" in last) {
      if (kind === "exit") last.exit = Number(argument);
      else if (kind === "stdout" || kind === "stderr") last[kind] = body;
    }
  }
  return events;
}

function sectionsOf(text: string): Section[] {
  const sections: Section[] = [{ kind: "title", argument: "", lines: [] }];
  for (const line of text.split("\n")) {
    const heading = /^-- (file|run|stdout|stderr|exit)(?:: (.*))? --$/.exec(line);
    if (heading) sections.push({ kind: heading[1]!, argument: heading[2] ?? "", lines: [] });
    else sections.at(-1)!.lines.push(line);
  }
  return sections;
}

const SAFE = "[bcdfghjklmnpqrstvwxz2456789]";

/** Values that differ between two correct clusters, in the order in which they must be masked. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "<uid>"],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, "<time>"],
  [/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, "<date>"],
  [/\b(sha256:|containerd:\/\/)[0-9a-f]{64}\b/g, "$1<sha>"],
  [/\b(resourceVersion"?: ?)"?\d+"?/g, "$1<rv>"],
  [/\b(10\.96|10\.244)\.\d{1,3}\.\d{1,3}\b/g, "<ip>"],
  [/\b172\.18\.0\.\d{1,3}\b/g, "<nodeip>"],
  [new RegExp(`\\b(pod-template-hash[=:] ?"?)${SAFE}{6,10}`, "g"), "$1<hash>"],
  [new RegExp(`\\b(controller-revision-hash[=:] ?"?(?:[a-z0-9-]*-)?)${SAFE}{6,10}`, "g"), "$1<hash>"],
  [new RegExp(`-${SAFE}{8,10}-${SAFE}{5}(?![a-z0-9-])`, "g"), "-<hash>-<rand>"],
  [new RegExp(`-${SAFE}{5}(?![a-z0-9-])`, "g"), "-<rand>"],
  [new RegExp(`-(?=[a-z]*\\d)${SAFE}{8,10}(?![a-z0-9-])`, "g"), "-<hash>"],
  [/\bkind-worker2?\b/g, "<worker>"],
  [/(:|nodePort: |NodePort: +\S+ +)3[0-2]\d{3}\b/g, "$1<nodeport>"],
  [/(?<![\w.-])\d+(\.\d+)?(ms|s)(?![\w])/g, "<age>"],
  [/(?<![\w.-])(\d+y)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(?<=\d[ydhms])(?![\w-])/g, "<age>"],
  [/(<age>)( \(x\d+ over <age>\))/g, "$1"],
];

/** Masks volatile values and folds runs of blanks, whose length depends on them. `replacements`: directories and their names. */
export function normalise(text: string, replacements: readonly (readonly [string, string])[] = []): string {
  let result = text;
  for (const [from, to] of replacements) result = result.split(from).join(to);
  for (const [pattern, to] of MASKS) result = result.replace(pattern, to);
  return result
    .split("\n")
    .map((line) =>
      line
        .replace(/[ \t]+/g, " ")
        .replace(/-{3,}/g, "---")
        .trimEnd(),
    )
    .join("\n")
    .trimEnd();
}
