import type { Run } from "../../runtime/machine/process.ts";
import { type ArithmeticFailure, evaluate } from "./arithmetic.ts";
import type { Word } from "./ast.ts";
import type { Control, Shell } from "./state.ts";

/** Expands and evaluates an arithmetic expression; an error is printed and ends the command. */
export function* arithmetic(shell: Shell, word: Word): Run<bigint> {
  const text = yield* shell.engine.expandString(shell, word);
  try {
    if (shell.dialect === "dash" && text.includes("**"))
      throw { arithmetic: "expecting primary" } satisfies ArithmeticFailure;
    return evaluate(text, {
      get: (name, index) => {
        const variable = shell.variables.get(name);
        if (index !== undefined)
          return variable?.elements?.get(String(index)) ?? (index === 0n ? (variable?.value ?? "") : "");
        return shell.get(name) ?? "";
      },
      set: (name, value, index) => {
        if (index === undefined) shell.set(name, value);
        else setElement(shell, name, String(index), value);
      },
    });
  } catch (caught) {
    if (typeof caught !== "object" || caught === null || !("arithmetic" in caught)) throw caught;
    yield* shell.complain(wording(shell, text, (caught as ArithmeticFailure).arithmetic));
    throw { control: "abort", status: shell.dialect === "bash" ? 1 : 2 } satisfies Control;
  }
}

function wording(shell: Shell, text: string, message: string): string {
  if (shell.dialect === "dash") {
    if (message === "division by zero") return `arithmetic expression: division by zero: "${text}"`;
    return `arithmetic expression: expecting primary: "${text}"`;
  }
  if (shell.dialect === "ash") return message === "division by zero" ? "divide by zero" : "arithmetic syntax error";
  if (message === "division by zero")
    return `${text}: division by 0 (error token is "${text.split(/[/%]/).pop()!.trim()}")`;
  return `${text}: ${message.replace(/^syntax error: ".*"$/, `syntax error in expression (error token is "${text.trim()}")`)}`;
}

/** Sets one element of an array variable, making it an array if need be. */
export function setElement(shell: Shell, name: string, key: string, value: string): void {
  let variable = shell.variables.get(name);
  if (variable === undefined) {
    variable = { value: "", elements: new Map(), exported: false, readonly: false };
    shell.variables.set(name, variable);
  }
  if (variable.readonly) return;
  variable.elements ??= new Map(variable.value === "" ? [] : [["0", variable.value]]);
  variable.elements.set(key, value);
  variable.value = variable.elements.get("0") ?? "";
}
