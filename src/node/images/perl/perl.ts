import type { Process, Run } from "../../runtime/machine/process.ts";
import { readEscapes } from "../../shell/format.ts";
import { debian } from "../bases.ts";
import { pi } from "./pi.ts";

/** perl: -v, and -e with print, sleep and exit of literals, and bpi(N), the Job that everybody runs. */
function* perl(process: Process): Run {
  const argv = process.argv.slice(1);
  let code: string | undefined;
  let newline = "";
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i]!;
    if (arg === "-v" || arg === "--version") {
      yield* process.write(
        1,
        "\nThis is perl 5, version 40, subversion 0 (v5.40.0) built for x86_64-linux-gnu\n\nCopyright 1987-2024, Larry Wall\n",
      );
      return 0;
    }
    if (/^-[wlneE]*[eE]$/.test(arg)) {
      code = argv[++i] ?? "";
      if (arg.includes("l")) newline = "\n";
    } else if (/^-[wln]*l/.test(arg)) newline = "\n";
  }
  if (code === undefined) {
    const script = argv.find((arg) => !arg.startsWith("-"));
    if (script === undefined) return 0;
    yield* process.write(
      2,
      process.container.fs.peek(script, process.cwd) === undefined
        ? `Can't open perl script "${script}": No such file or directory\n`
        : "drykube's simulated perl runs no script files\n",
    );
    return 2;
  }
  return yield* runStatements(process, code, newline);
}

function* runStatements(process: Process, code: string, newline: string): Run {
  for (const statement of code.split(";")) {
    const text = statement.trim();
    if (text === "" || /^(use|no) /.test(text)) continue;
    const sleeping = /^sleep\(?\s*(\d+(?:\.\d+)?)\s*\)?$/.exec(text);
    const leaving = /^(?:exit|die)\(?\s*(\d*)\s*\)?$/.exec(text);
    const printing = /^(?:print|say)\s*\(?\s*(.*?)\s*\)?$/s.exec(text);
    if (sleeping !== null) yield* process.sleep(Number(sleeping[1]) * 1000);
    else if (leaving !== null) return Number(leaving[1] || 0) & 255;
    else {
      const value = printing === null ? undefined : yield* evaluate(process, text.replace(/^(print|say)\s*/, ""));
      if (value === undefined) {
        yield* process.write(
          2,
          `drykube's simulated perl knows print, say, sleep, exit and bpi(N) only, not: ${text}\n`,
        );
        return 255;
      }
      yield* process.write(1, value + (text.startsWith("say") ? "\n" : newline));
    }
  }
  return 0;
}

function* evaluate(process: Process, source: string): Run<string | undefined> {
  const text = source.replace(/^\((.*)\)$/s, "$1").trim();
  const digits = /^bpi\s*\(\s*(\d{1,5})\s*\)$/.exec(text);
  if (digits !== null) {
    const count = Math.min(20_000, Number(digits[1]));
    process.milliCpu = 1000;
    yield* process.sleep(200 + count ** 1.6 / 40);
    return pi(count);
  }
  let out = "";
  for (const part of text.split(/\s*[.,]\s*(?=(?:[^"']|"[^"]*"|'[^']*')*$)/)) {
    const double = /^"([^"]*)"$/s.exec(part);
    const single = /^'([^']*)'$/s.exec(part);
    if (double !== null) out += readEscapes(double[1]!, false).text;
    else if (single !== null) out += single[1];
    else if (/^-?\d+(\.\d+)?$/.test(part)) out += String(Number(part));
    else return undefined;
  }
  return out;
}

/** The perl image. */
export const image = debian({ programs: { perl, "perl5.40.0": perl }, extra: ["curl", "wget", "ps"] });
