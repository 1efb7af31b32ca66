/** A word is a list of parts; expansion turns it into fields. */
export type Word = readonly Part[];

export type ParameterOperator =
  | "-"
  | "="
  | "?"
  | "+"
  | "#"
  | "##"
  | "%"
  | "%%"
  | "/"
  | "//"
  | "/#"
  | "/%"
  | ":"
  | "^"
  | "^^"
  | ","
  | ",,"
  | "@";

export type Part =
  /** Unquoted text: subject to globbing, and to tilde at the start. */
  | { readonly t: "lit"; readonly v: string }
  /** Quoted text. */
  | { readonly t: "str"; readonly v: string }
  | { readonly t: "dq"; readonly parts: Word }
  | {
      readonly t: "param";
      readonly name: string;
      /** ${#name} */
      readonly length?: boolean;
      /** ${!name} */
      readonly indirect?: boolean;
      /** ${name[index]}: "@" and "*" stand for all. */
      readonly index?: Word;
      readonly op?: ParameterOperator;
      readonly colon?: boolean;
      readonly word?: Word;
      /** The replacement of ${name/pattern/replacement}, the length of ${name:offset:length}. */
      readonly word2?: Word;
    }
  | { readonly t: "cmd"; readonly body: Command }
  | { readonly t: "arith"; readonly expr: Word }
  /** <( … ) */
  | { readonly t: "file"; readonly body: Command };

export interface Assignment {
  readonly name: string;
  readonly append: boolean;
  readonly index?: Word;
  readonly value: Word;
  /** name=(a b c) */
  readonly array?: readonly Word[];
}

export interface Redirection {
  readonly fd: number | undefined;
  readonly op: "<" | ">" | ">>" | ">|" | "<>" | "<&" | ">&" | "<<" | "<<<" | "&>" | "&>>";
  readonly target: Word;
}

export type Command =
  | {
      readonly t: "simple";
      readonly assigns: readonly Assignment[];
      readonly words: readonly Word[];
      readonly redirs: readonly Redirection[];
      readonly line: number;
    }
  | { readonly t: "pipe"; readonly commands: readonly Command[]; readonly negate: boolean }
  | { readonly t: "and" | "or"; readonly left: Command; readonly right: Command }
  | { readonly t: "list"; readonly items: readonly { readonly command: Command; readonly background: boolean }[] }
  | { readonly t: "subshell" | "group"; readonly body: Command; readonly redirs: readonly Redirection[] }
  | {
      readonly t: "if";
      readonly clauses: readonly { readonly test: Command; readonly body: Command }[];
      readonly otherwise?: Command;
      readonly redirs: readonly Redirection[];
    }
  | {
      readonly t: "while";
      readonly until: boolean;
      readonly test: Command;
      readonly body: Command;
      readonly redirs: readonly Redirection[];
    }
  | {
      readonly t: "for";
      readonly name: string;
      readonly words?: readonly Word[];
      readonly body: Command;
      readonly redirs: readonly Redirection[];
    }
  | {
      readonly t: "cfor";
      readonly init: Word;
      readonly test: Word;
      readonly step: Word;
      readonly body: Command;
      readonly redirs: readonly Redirection[];
    }
  | {
      readonly t: "case";
      readonly word: Word;
      readonly items: readonly { readonly patterns: readonly Word[]; readonly body: Command; readonly fall: boolean }[];
      readonly redirs: readonly Redirection[];
    }
  | { readonly t: "function"; readonly name: string; readonly body: Command }
  | { readonly t: "arith"; readonly expr: Word; readonly redirs: readonly Redirection[] }
  | {
      readonly t: "test";
      readonly words: readonly Word[];
      readonly redirs: readonly Redirection[];
      readonly line: number;
    };
