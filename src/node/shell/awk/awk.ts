import { errnoOf, strerror } from "../../runtime/machine/errno.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { type Applet, badOption, complain, isGnu, parseOptions, splitOnce, usage } from "../applets/lib.ts";
import { readEscapes } from "../format.ts";
import { Interpreter } from "./interpreter.ts";
import { parseAwk } from "./parser.ts";

/** awk: the whole of POSIX awk but uninitialised corners. */
export const awk: Applet = function* (process, args): Run {
  const options = parseOptions(args, "F:v:f:W:", { "field-separator=": "F", "assign=": "v", "file=": "f" }, true);
  if (options.bad !== undefined) return yield* badOption(process, "awk", options.bad, 2);
  const rest = [...options.rest];
  let source = "";
  for (const file of options.values("f")) source += `${yield* slurp(process, file)}\n`;
  if (!options.has("f")) {
    if (rest.length === 0)
      return yield* usage(
        process,
        "awk",
        "usage: awk [-F fs][-v var=value][prog | -f progfile][file ...]",
        "awk [OPTIONS] [AWK_PROGRAM] [FILE]...",
      );
    source = rest.shift()!;
  }
  const program = parseAwk(source);
  if (typeof program === "string") {
    yield* complain(
      process,
      "awk",
      isGnu(process) ? `line 1: ${program}` : `cmd. line:1: ${program.replace(/^syntax error.*/, "Unexpected token")}`,
    );
    return isGnu(process) ? 2 : 1;
  }
  const interpreter = new Interpreter(process, program, rest);
  const separator = options.value("F");
  if (separator !== undefined)
    interpreter.globals.set("FS", separator === "t" ? "\t" : readEscapes(separator, false).text);
  for (const assignment of options.values("v")) {
    const [name, value = ""] = splitOnce(assignment, "=");
    interpreter.globals.set(name, { input: readEscapes(value, false).text });
  }
  return yield* interpreter.run();
};

function* slurp(process: Process, file: string): Run<string> {
  try {
    return yield* process.slurp(file);
  } catch (caught) {
    yield* complain(process, "awk", `can't open file ${file}: ${strerror(errnoOf(caught))}`);
    throw caught;
  }
}
