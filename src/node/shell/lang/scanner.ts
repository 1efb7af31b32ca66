import type { Command, Redirection, Word } from "./ast.ts";

/** Why a script does not parse. `incomplete`: more input could complete it (an interactive shell asks for it). */
export interface SyntaxFailure {
  readonly syntax: string;
  readonly line: number;
  readonly incomplete: boolean;
  /** The token that was not expected; undefined at the end of the input. */
  readonly token?: string | undefined;
}

/** The parser's place in a script. */
export interface Scanner {
  readonly source: string;
  readonly bash: boolean;
  position: number;
  line: number;
  depth: number;
  /** Here-documents announced on this line, to be read after its newline. */
  heredocs: {
    redirection: { target: Word } & Omit<Redirection, "target">;
    end: string;
    quoted: boolean;
    strip: boolean;
  }[];
  /** The input ended inside a here-document: scripts take that as its end, an interactive shell reads on. */
  openHeredoc?: boolean;
  /** Parses $( … ); set by the command parser to break the cycle. */
  readonly substitution: (scanner: Scanner, close: string) => Command;
}

/** Makes the value that a syntax error throws. */
export function unexpected(scanner: Scanner, token: string | undefined): SyntaxFailure {
  return { syntax: "unexpected", line: scanner.line, incomplete: token === undefined, token };
}

/** A syntax error in words of its own. */
export function syntaxError(scanner: Scanner, text: string, incomplete = false): SyntaxFailure {
  return { syntax: text, line: scanner.line, incomplete };
}

/** Enters one level of nesting; scripts nest at most 200 deep. */
export function nest<T>(scanner: Scanner, parse: () => T): T {
  if (++scanner.depth > 200) throw syntaxError(scanner, "nesting too deep");
  const result = parse();
  scanner.depth--;
  return result;
}

/** The character at the position ("" at the end), without taking it. */
export function peek(scanner: Scanner, ahead = 0): string {
  return scanner.source[scanner.position + ahead] ?? "";
}

/** Whether the source goes on with `text`. */
export function looking(scanner: Scanner, text: string): boolean {
  return scanner.source.startsWith(text, scanner.position);
}

/** Skips blanks, line continuations and comments; not newlines. */
export function skipBlanks(scanner: Scanner): void {
  for (;;) {
    const c = peek(scanner);
    if (c === " " || c === "\t" || c === "\r") scanner.position++;
    else if (c === "\\" && peek(scanner, 1) === "\n") {
      scanner.position += 2;
      scanner.line++;
    } else if (c === "#") {
      while (peek(scanner) !== "" && peek(scanner) !== "\n") scanner.position++;
    } else return;
  }
}
