import type { Program, Run } from "../runtime/machine/process.ts";
import { interact } from "./interactive.ts";
import { guarded } from "./lang/interpreter.ts";
import { newShell, parseInvocation, runInput, runInvocation } from "./lang/script.ts";
import type { Dialect } from "./lang/state.ts";

/** The program behind sh, ash, dash and bash. */
export function shellProgram(dialect: Dialect): Program {
  return function* (process): Run {
    const invocation = parseInvocation(process.argv);
    if (dialect === "bash" && process.argv[1] === "--version") {
      yield* process.write(1, bashVersion);
      return 0;
    }
    const name = (process.argv[0] ?? dialect).replace(/^-/, "");
    const shell = newShell(dialect, process, name);
    if (invocation.bad !== undefined) {
      yield* shell.error(badInvocation(dialect, name, invocation.bad));
      return 2;
    }
    if (invocation.command !== undefined || invocation.file !== undefined)
      return yield* runInvocation(shell, invocation);
    for (const option of invocation.options) shell.options.add(option);
    shell.positional = [...invocation.args];
    if (process.files.get(0)?.kind === "tty") return yield* interact(shell);
    return yield* guarded(shell, () => runInput(shell));
  };
}

const bashVersion = `GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)
Copyright (C) 2022 Free Software Foundation, Inc.
License GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>

This is free software; you are free to change and redistribute it.
There is NO WARRANTY, to the extent permitted by law.
`;

function badInvocation(dialect: Dialect, name: string, bad: string): string {
  if (bad.includes(" "))
    return dialect === "dash" ? `${name}: 0: ${bad}\n` : `${name}: ${bad.replace("requires", "option requires")}\n`;
  if (dialect === "bash") return `${name}: ${bad}: invalid option\nUsage:\t${name} [GNU long option] [option] ...\n`;
  return dialect === "dash" ? `${name}: 0: Illegal option ${bad}\n` : `${name}: illegal option ${bad}\n`;
}
