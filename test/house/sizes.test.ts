import { expect, test } from "vitest";
import { sources } from "./sources.ts";

/** No file may be longer. Aim for 300. */
const MAX_FILE_LINES = 500;
/** No function may be longer. Aim for 40. */
const MAX_FUNCTION_LINES = 70;

/** Data, and what a switch over many small cases cannot avoid. */
const DATA_FILES = new Set(["kinds/catalog.ts", "cli/root.ts", "machinery/schema/always-present.ts"]);

const files = sources().filter((file) => !DATA_FILES.has(file.path));

test("files stay small", () => {
  const long = files
    .map((f) => [f.path, f.text.split("\n").length] as const)
    .filter(([, lines]) => lines > MAX_FILE_LINES);
  expect(long).toEqual([]);
});

test("functions stay small", () => {
  const long = files.flatMap((file) => longFunctions(file.text).map((name) => `${file.path} ${name}`));
  expect(long).toEqual([]);
});

/** Functions declared at the margin, whose bodies end at a brace at the margin; objects that hold methods are not functions. */
function longFunctions(text: string): string[] {
  const lines = text.split("\n");
  const found: string[] = [];
  lines.forEach((line, start) => {
    const head = /^(?:export )?(?:async )?function\*? (\w+)/.exec(line);
    if (head === null) return;
    let end = start;
    while (end < lines.length && lines[end] !== "}") end++;
    const inner = lines
      .slice(start, end)
      .filter((l) => /^ {2,6}(?:async )?(?:\w+\(|const \w+ = (?:async )?\(|(?:get )?\w+\(.*\) \{$)/.test(l)).length;
    // A factory is a scope with functions in it: what counts is each of them.
    if (inner >= 4) return;
    if (end - start + 1 > MAX_FUNCTION_LINES) found.push(`${head[1]}: ${end - start + 1} lines`);
  });
  return found;
}
