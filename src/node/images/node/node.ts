import type { SimulatedImage } from "../../runtime/image.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { readEscapes } from "../../shell/format.ts";
import { alpine, debian } from "../bases.ts";

const LIMITS = "drykube's simulated Node.js knows console.log of literals only";

/** node: -v, and -e with console.log of literals. */
function* node(process: Process): Run {
  const [first, code] = process.argv.slice(1);
  if (first === "-v" || first === "--version") {
    yield* process.write(1, "v22.11.0\n");
    return 0;
  }
  if (first === undefined) {
    if (process.files.get(0)?.kind !== "tty") return 0;
    yield* process.write(2, `${LIMITS}\n`);
    return 1;
  }
  if (first !== "-e" && first !== "-p") {
    const missing = process.container.fs.peek(first, process.cwd) === undefined;
    const path = first.startsWith("/") ? first : `${process.cwd.replace(/\/$/, "")}/${first}`;
    yield* process.write(
      2,
      missing
        ? `node:internal/modules/cjs/loader:1228\n  throw err;\n  ^\n\nError: Cannot find module '${path}'\n`
        : `${LIMITS}\n`,
    );
    return 1;
  }
  for (const statement of (code ?? "").split(";")) {
    const text = statement.trim();
    if (text === "") continue;
    const literal =
      /^(?:console\.log\(\s*)?(["'`])(.*)\1\s*\)?$/s.exec(text) ??
      /^(?:console\.log\(\s*)?()(-?\d+(?:\.\d+)?)\s*\)?$/.exec(text);
    if (literal === null) {
      yield* process.write(2, `${LIMITS}, not: ${text}\n`);
      return 1;
    }
    yield* process.write(1, `${readEscapes(literal[2]!, false).text}\n`);
  }
  return 0;
}

/** node of a tag. */
export function nodeImage(tag: string): SimulatedImage {
  return tag.includes("alpine")
    ? alpine({ programs: { node } })
    : debian({ programs: { node }, extra: tag.includes("slim") ? [] : ["curl", "wget", "ps"] });
}
