import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { replay } from "./replay.ts";

const directory = path.join(import.meta.dirname, "../../fixtures/transcripts");
const names = fs.readdirSync(directory).filter((name) => name.endsWith(".txt"));

/** Steps that differ from the recording for an honest reason, by transcript. The list may only shrink. */
const known = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, "known-differences.json"), "utf8")) as Record<
  string,
  { readonly steps: readonly number[]; readonly why: string }
>;

describe.concurrent("recorded from kubectl 1.33 on a real control plane", () => {
  for (const name of names) {
    // Steps settle by sleeping a second or two, as they were recorded; a loaded machine may need another try.
    test(name, { timeout: 600_000, retry: 2 }, async () => {
      const { steps, differences } = await replay(path.join(directory, name));
      const expected = new Set(known[name]?.steps ?? []);
      const news = differences.filter(({ step }) => !expected.has(step));
      expect(news, `${news.length} of ${steps} steps differ`).toEqual([]);
    });
  }
});
