import type { Regex } from "../lang/regex.ts";

export type Expression =
  | { readonly t: "number"; readonly value: number }
  | { readonly t: "string"; readonly value: string }
  | { readonly t: "regex"; readonly regex: Regex }
  | { readonly t: "field"; readonly index: Expression }
  | { readonly t: "variable"; readonly name: string }
  | { readonly t: "element"; readonly name: string; readonly index: readonly Expression[] }
  | { readonly t: "in"; readonly name: string; readonly index: readonly Expression[] }
  | { readonly t: "assign"; readonly operator: string; readonly target: Expression; readonly value: Expression }
  | { readonly t: "step"; readonly target: Expression; readonly by: 1 | -1; readonly before: boolean }
  | { readonly t: "unary"; readonly operator: "-" | "+" | "!"; readonly operand: Expression }
  | { readonly t: "binary"; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly t: "match"; readonly negate: boolean; readonly left: Expression; readonly right: Expression }
  | { readonly t: "ternary"; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly t: "call"; readonly name: string; readonly args: readonly Expression[]; readonly own: boolean }
  | { readonly t: "getline"; readonly target?: Expression; readonly file?: Expression; readonly command?: Expression }
  | { readonly t: "group"; readonly items: readonly Expression[] };

export type Statement =
  | { readonly t: "expression"; readonly value: Expression }
  | {
      readonly t: "print";
      readonly format: boolean;
      readonly args: readonly Expression[];
      readonly to?: { readonly operator: ">" | ">>" | "|"; readonly target: Expression };
    }
  | { readonly t: "if"; readonly test: Expression; readonly yes: Statement; readonly no?: Statement }
  | { readonly t: "while"; readonly test: Expression; readonly body: Statement; readonly first: boolean }
  | {
      readonly t: "for";
      readonly init?: Statement;
      readonly test?: Expression;
      readonly step?: Statement;
      readonly body: Statement;
    }
  | { readonly t: "forIn"; readonly name: string; readonly array: string; readonly body: Statement }
  | { readonly t: "block"; readonly body: readonly Statement[] }
  | { readonly t: "delete"; readonly name: string; readonly index?: readonly Expression[] }
  | { readonly t: "next" | "nextfile" | "break" | "continue" }
  | { readonly t: "exit" | "return"; readonly value?: Expression };

export interface Rule {
  readonly kind: "BEGIN" | "END" | "pattern";
  readonly pattern?: Expression;
  /** The end of a range pattern. */
  readonly until?: Expression;
  readonly body?: Statement;
}

export interface AwkFunction {
  readonly parameters: readonly string[];
  readonly body: Statement;
}

export interface AwkProgram {
  readonly rules: readonly Rule[];
  readonly functions: ReadonlyMap<string, AwkFunction>;
}
