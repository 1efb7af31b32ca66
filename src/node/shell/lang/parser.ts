import type { Assignment, Command, Redirection, Word } from "./ast.ts";
import { looking, nest, peek, type Scanner, skipBlanks, syntaxError, unexpected } from "./scanner.ts";
import { arithmeticEnd, subWord, takeAssignment, takeName, takeQuoted, takeWord } from "./words.ts";

const RESERVED = new Set("if then else elif fi do done case esac while until for { } ! in".split(" "));
const OPERATORS = ["&&", "||", ";;&", ";;", ";&", "|&", "&>>", "&>", ";", "&", "|", "(", ")", "\n"];
const REDIRECTION = /(\d*)(<<<|<<-|<<|<>|<&|>>|>&|>\||<|>)/y;

/** Begins to parse a script. */
export function scanScript(source: string, bash: boolean, line = 1): Scanner {
  return {
    source,
    bash,
    position: 0,
    line,
    depth: 0,
    heredocs: [],
    substitution: (scanner, close) => {
      const body = takeList(scanner, close === "" ? [] : [close]);
      if (close === "") {
        if (peek(scanner) !== "") throw unexpected(scanner, peekOperator(scanner) ?? peekReserved(scanner));
        return body;
      }
      expectOperator(scanner, close);
      return body;
    },
  };
}

/** The next complete command line of a script; undefined at its end. Throws SyntaxFailure. */
export function nextCommand(s: Scanner): Command | undefined {
  skipNewlines(s);
  if (peek(s) === "") return undefined;
  const list = takeList(s, ["\n"]);
  if (peek(s) === "\n") takeNewline(s);
  else if (peek(s) !== "") throw unexpected(s, peekOperator(s) ?? peekReserved(s) ?? peek(s));
  return list;
}

function takeNewline(s: Scanner): void {
  s.position++;
  s.line++;
  for (const doc of s.heredocs.splice(0)) takeHeredoc(s, doc);
}

function takeHeredoc(s: Scanner, doc: Scanner["heredocs"][number]): void {
  let body = "";
  for (;;) {
    if (s.position >= s.source.length) {
      s.openHeredoc = true;
      break;
    }
    const end = s.source.indexOf("\n", s.position);
    let line = s.source.slice(s.position, end < 0 ? undefined : end);
    s.position = end < 0 ? s.source.length : end + 1;
    s.line++;
    if (doc.strip) line = line.replace(/^\t+/, "");
    if (line === doc.end) break;
    body += `${line}\n`;
  }
  doc.redirection.target = doc.quoted ? [{ t: "str", v: body }] : subWord(s, body);
}

function skipNewlines(s: Scanner): void {
  skipBlanks(s);
  while (peek(s) === "\n") {
    takeNewline(s);
    skipBlanks(s);
  }
}

function peekOperator(s: Scanner): string | undefined {
  return OPERATORS.find((o) => looking(s, o));
}

/** A reserved word (or any plain word) at the position, not taken. */
function peekReserved(s: Scanner): string | undefined {
  const word = /[^\s;&|<>()'"\\$`]+/y;
  word.lastIndex = s.position;
  const text = word.exec(s.source)?.[0];
  if (text === undefined) return undefined;
  const after = s.source[s.position + text.length] ?? "";
  return after === "" || " \t\r\n;&|<>()".includes(after) ? text : undefined;
}

function takeReserved(s: Scanner, word: string): boolean {
  if (peekReserved(s) !== word) return false;
  s.position += word.length;
  return true;
}

function expectReserved(s: Scanner, word: string): void {
  skipNewlines(s);
  if (!takeReserved(s, word)) throw unexpected(s, token(s));
}

function expectOperator(s: Scanner, operator: string): void {
  skipNewlines(s);
  if (!looking(s, operator)) throw unexpected(s, token(s));
  s.position += operator.length;
}

function token(s: Scanner): string | undefined {
  return peek(s) === "" ? undefined : (peekOperator(s) ?? peekReserved(s) ?? peek(s));
}

const CLOSING = new Set(["then", "else", "elif", "fi", "do", "done", "esac", "}"]);

/** Commands up to a closing word, one of the operators in `stop` ("\n": a single line), or the end. */
function takeList(s: Scanner, stop: readonly string[]): Command {
  const items: { command: Command; background: boolean }[] = [];
  const oneLine = stop.includes("\n");
  for (;;) {
    if (oneLine) skipBlanks(s);
    else skipNewlines(s);
    const operator = peekOperator(s);
    if (
      peek(s) === "" ||
      (operator !== undefined && (stop.includes(operator) || operator.startsWith(";;") || operator === ";&"))
    )
      break;
    if (CLOSING.has(peekReserved(s) ?? "")) break;
    if (operator === ")") break;
    const command = nest(s, () => takeAndOr(s));
    skipBlanks(s);
    const next = peekOperator(s);
    items.push({ command, background: next === "&" });
    if (next === ";" || next === "&") s.position++;
    else if (next !== "\n") break;
  }
  return items.length === 1 && !items[0]!.background ? items[0]!.command : { t: "list", items };
}

function takeBody(s: Scanner): Command {
  const body = takeList(s, []);
  if (body.t === "list" && body.items.length === 0) throw unexpected(s, token(s));
  return body;
}

function takeAndOr(s: Scanner): Command {
  let left = takePipeline(s);
  for (;;) {
    skipBlanks(s);
    const operator = looking(s, "&&") ? "and" : looking(s, "||") ? "or" : undefined;
    if (operator === undefined) return left;
    s.position += 2;
    skipNewlines(s);
    left = { t: operator, left, right: takePipeline(s) };
  }
}

function takePipeline(s: Scanner): Command {
  skipBlanks(s);
  let negate = false;
  while (takeReserved(s, "!")) {
    negate = !negate;
    skipBlanks(s);
  }
  const commands = [takeCommand(s)];
  for (;;) {
    skipBlanks(s);
    const both = s.bash && looking(s, "|&");
    if (!both && (!looking(s, "|") || looking(s, "||"))) break;
    s.position += both ? 2 : 1;
    if (both) commands.push(withRedirection(commands.pop()!));
    skipNewlines(s);
    commands.push(takeCommand(s));
  }
  return commands.length === 1 && !negate ? commands[0]! : { t: "pipe", commands, negate };
}

function withRedirection(command: Command): Command {
  const redirection: Redirection = { fd: 2, op: ">&", target: [{ t: "lit", v: "1" }] };
  return { t: "group", body: command, redirs: [redirection] };
}

function takeCommand(s: Scanner): Command {
  skipBlanks(s);
  if (s.bash && looking(s, "((")) {
    const end = arithmeticEnd(s.source, s.position + 2);
    if (end >= 0) {
      const expr = subWord(s, s.source.slice(s.position + 2, end));
      s.position = end + 2;
      return { t: "arith", expr, redirs: takeRedirections(s) };
    }
  }
  if (looking(s, "(")) {
    s.position++;
    const body = takeBody(s);
    expectOperator(s, ")");
    return { t: "subshell", body, redirs: takeRedirections(s) };
  }
  const word = peekReserved(s);
  const compound = word === undefined ? undefined : COMPOUND[word as keyof typeof COMPOUND];
  if (word !== undefined && Object.hasOwn(COMPOUND, word) && compound !== undefined && (word !== "[[" || s.bash)) {
    const line = s.line;
    s.position += word.length;
    return compound(s, line);
  }
  if (word !== undefined && RESERVED.has(word) && word !== "in") throw unexpected(s, word);
  return takeSimple(s);
}

const COMPOUND = {
  "{": (s: Scanner): Command => {
    const body = takeBody(s);
    expectReserved(s, "}");
    return { t: "group", body, redirs: takeRedirections(s) };
  },
  if: takeIf,
  while: (s: Scanner): Command => takeWhile(s, false),
  until: (s: Scanner): Command => takeWhile(s, true),
  for: takeFor,
  case: takeCase,
  function: takeFunctionKeyword,
  "[[": takeTest,
};

function takeIf(s: Scanner): Command {
  const clauses: { test: Command; body: Command }[] = [];
  let otherwise: Command | undefined;
  for (;;) {
    const test = takeBody(s);
    expectReserved(s, "then");
    clauses.push({ test, body: takeBody(s) });
    skipNewlines(s);
    if (takeReserved(s, "elif")) continue;
    if (takeReserved(s, "else")) otherwise = takeBody(s);
    expectReserved(s, "fi");
    return { t: "if", clauses, ...(otherwise && { otherwise }), redirs: takeRedirections(s) };
  }
}

function takeDo(s: Scanner): Command {
  expectReserved(s, "do");
  const body = takeBody(s);
  expectReserved(s, "done");
  return body;
}

function takeWhile(s: Scanner, until: boolean): Command {
  const test = takeBody(s);
  const body = takeDo(s);
  return { t: "while", until, test, body, redirs: takeRedirections(s) };
}

function takeFor(s: Scanner): Command {
  skipBlanks(s);
  if (s.bash && looking(s, "((")) return takeCFor(s);
  const name = takeName(s);
  if (name === "") throw syntaxError(s, "Bad for loop variable");
  skipNewlines(s);
  let words: Word[] | undefined;
  if (takeReserved(s, "in")) {
    words = [];
    for (;;) {
      skipBlanks(s);
      const word = takeWord(s);
      if (word === undefined) break;
      words.push(word);
    }
  }
  skipBlanks(s);
  if (peek(s) === ";") s.position++;
  const body = takeDo(s);
  return { t: "for", name, ...(words && { words }), body, redirs: takeRedirections(s) };
}

function takeCFor(s: Scanner): Command {
  const end = arithmeticEnd(s.source, s.position + 2);
  const pieces = s.source.slice(s.position + 2, end).split(";");
  if (end < 0 || pieces.length !== 3) throw syntaxError(s, "arithmetic expression required");
  s.position = end + 2;
  skipBlanks(s);
  if (peek(s) === ";") s.position++;
  const [init, test, step] = pieces.map((piece) => subWord(s, piece)) as [Word, Word, Word];
  const body = takeDo(s);
  return { t: "cfor", init, test, step, body, redirs: takeRedirections(s) };
}

function takeCase(s: Scanner): Command {
  skipBlanks(s);
  const word = takeWord(s);
  if (word === undefined) throw unexpected(s, token(s));
  expectReserved(s, "in");
  const items: { patterns: Word[]; body: Command; fall: boolean }[] = [];
  for (;;) {
    skipNewlines(s);
    if (takeReserved(s, "esac")) break;
    if (peek(s) === "(") s.position++;
    const patterns: Word[] = [];
    for (;;) {
      skipBlanks(s);
      const pattern = takeWord(s);
      if (pattern === undefined) throw unexpected(s, token(s));
      patterns.push(pattern);
      skipBlanks(s);
      if (peek(s) !== "|") break;
      s.position++;
    }
    expectOperator(s, ")");
    const body = takeList(s, []);
    skipNewlines(s);
    const fall = looking(s, ";&");
    if (looking(s, ";;&")) s.position += 3;
    else if (looking(s, ";;") || fall) s.position += 2;
    else if (peekReserved(s) !== "esac") throw unexpected(s, token(s));
    items.push({ patterns, body, fall });
  }
  return { t: "case", word, items, redirs: takeRedirections(s) };
}

function takeFunctionKeyword(s: Scanner): Command {
  skipBlanks(s);
  const name = peekReserved(s);
  if (name === undefined) throw unexpected(s, token(s));
  s.position += name.length;
  skipBlanks(s);
  if (looking(s, "()")) s.position += 2;
  skipNewlines(s);
  return { t: "function", name, body: takeCommand(s) };
}

/** [[ … ]]: the words and operators up to ]]; && || ( ) < > come as literal words. */
function takeTest(s: Scanner, line: number): Command {
  const words: Word[] = [];
  for (;;) {
    skipNewlines(s);
    if (takeReserved(s, "]]")) break;
    const operator = ["&&", "||", "(", ")", "<", ">"].find((o) => looking(s, o));
    const previous = words[words.length - 1];
    const regex = previous?.length === 1 && previous[0]!.t === "lit" && previous[0]!.v === "=~";
    if (operator !== undefined && !regex) {
      s.position += operator.length;
      words.push([{ t: "lit", v: operator }]);
      continue;
    }
    const word = takeWord(s, regex ? " \t\n" : "");
    if (word === undefined) throw unexpected(s, token(s));
    words.push(word);
  }
  return { t: "test", words, redirs: takeRedirections(s), line };
}

function takeRedirections(s: Scanner): Redirection[] {
  const redirections: Redirection[] = [];
  for (;;) {
    skipBlanks(s);
    const redirection = takeRedirection(s);
    if (redirection === undefined) return redirections;
    redirections.push(redirection);
  }
}

function takeRedirection(s: Scanner): Redirection | undefined {
  if (s.bash && (looking(s, "&>>") || looking(s, "&>"))) {
    const op = looking(s, "&>>") ? "&>>" : "&>";
    s.position += op.length;
    skipBlanks(s);
    const target = takeWord(s);
    if (target === undefined) throw unexpected(s, token(s));
    return { fd: undefined, op, target };
  }
  REDIRECTION.lastIndex = s.position;
  const match = REDIRECTION.exec(s.source);
  if (match === null || (s.bash && match[0] === "<" && looking(s, "<("))) return undefined;
  s.position += match[0].length;
  const fd = match[1] === "" ? undefined : Number(match[1]);
  skipBlanks(s);
  const from = s.position;
  const target = takeWord(s);
  if (target === undefined) throw unexpected(s, token(s));
  if (match[2] !== "<<" && match[2] !== "<<-") return { fd, op: match[2] as Redirection["op"], target };
  const raw = s.source.slice(from, s.position);
  const redirection = { fd, op: "<<" as const, target };
  const quoted = /['"\\]/.test(raw);
  s.heredocs.push({ redirection, end: raw.replace(/['"\\]/g, ""), quoted, strip: match[2] === "<<-" });
  return redirection;
}

function takeSimple(s: Scanner): Command {
  const assigns: Assignment[] = [];
  const words: Word[] = [];
  const redirs: Redirection[] = [];
  const line = s.line;
  for (;;) {
    skipBlanks(s);
    const redirection = takeRedirection(s);
    if (redirection !== undefined) {
      redirs.push(redirection);
      continue;
    }
    const assignment = words.length === 0 || declares(words[0]!) ? takeAssignment(s) : undefined;
    if (assignment !== undefined && words.length === 0) assigns.push(assignment);
    else if (assignment !== undefined) words.push(asWord(assignment));
    else {
      const word = takeWord(s);
      if (word === undefined) break;
      words.push(word);
      if (words.length === 1 && assigns.length === 0 && word.length === 1 && word[0]!.t === "lit") {
        const definition = takeFunction(s, word[0]!.v);
        if (definition !== undefined) return definition;
      }
    }
  }
  if (assigns.length + words.length + redirs.length === 0) throw unexpected(s, token(s));
  return { t: "simple", assigns, words, redirs, line };
}

/** `export a=$b` keeps the value one word. */
function declares(word: Word): boolean {
  const part = word[0]!;
  return word.length === 1 && part.t === "lit" && /^(?:export|local|readonly|declare|typeset)$/.test(part.v);
}

function asWord(assignment: Assignment): Word {
  const head = `${assignment.name}${assignment.append ? "+" : ""}=`;
  const array = assignment.array?.flatMap((w): Word => [{ t: "str", v: "\x00" }, ...w]);
  return [
    { t: "str", v: head },
    { t: "dq", parts: array ?? assignment.value },
  ];
}

function takeFunction(s: Scanner, name: string): Command | undefined {
  skipBlanks(s);
  if (!/^\(\s*\)/.test(s.source.slice(s.position, s.position + 10))) return undefined;
  s.position = s.source.indexOf(")", s.position) + 1;
  skipNewlines(s);
  return { t: "function", name, body: takeCommand(s) };
}

/** Parses an isolated text as a double-quoted string, for PS1 and the like. */
export function parseQuoted(text: string, bash: boolean): Word {
  return takeQuoted(scanScript(text, bash), "");
}
