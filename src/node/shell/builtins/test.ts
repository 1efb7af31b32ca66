import { allowed, type Node, sizeOf } from "../../runtime/machine/file-nodes.ts";
import type { Process } from "../../runtime/machine/process.ts";

/** Evaluates the arguments of test or [; a text is the complaint about a bad expression. */
export function testExpression(process: Process, args: readonly string[]): boolean | string {
  if (args.length === 0) return false;
  const cursor = { at: 0 };
  try {
    const value = or(process, args, cursor);
    if (cursor.at < args.length) return `\x01${args.join("\x01")}`;
    return value;
  } catch (caught) {
    if (typeof caught === "string") return caught;
    throw caught;
  }
}

type Cursor = { at: number };

function or(process: Process, args: readonly string[], cursor: Cursor): boolean {
  let value = and(process, args, cursor);
  while (args[cursor.at] === "-o") {
    cursor.at++;
    const right = and(process, args, cursor);
    value ||= right;
  }
  return value;
}

function and(process: Process, args: readonly string[], cursor: Cursor): boolean {
  let value = not(process, args, cursor);
  while (args[cursor.at] === "-a" && args.length - cursor.at > 1) {
    cursor.at++;
    const right = not(process, args, cursor);
    value &&= right;
  }
  return value;
}

const BINARY = /^(=|==|!=|<|>|-eq|-ne|-lt|-le|-gt|-ge|-nt|-ot|-ef)$/;

function not(process: Process, args: readonly string[], cursor: Cursor): boolean {
  const left = args.length - cursor.at;
  if (args[cursor.at] === "!" && left > 1 && !(left === 3 && BINARY.test(args[cursor.at + 1]!))) {
    cursor.at++;
    return !not(process, args, cursor);
  }
  return primary(process, args, cursor);
}

function primary(process: Process, args: readonly string[], cursor: Cursor): boolean {
  const [a, b, c] = args.slice(cursor.at, cursor.at + 3);
  if (a === undefined) throw "argument expected";
  if (b !== undefined && c !== undefined && BINARY.test(b)) {
    cursor.at += 3;
    return binary(process, a, b, c);
  }
  if (a === "(" && b !== undefined) {
    cursor.at++;
    const value = or(process, args, cursor);
    if (args[cursor.at] !== ")") throw "closing paren expected";
    cursor.at++;
    return value;
  }
  if (/^-[a-zA-Z]$/.test(a) && b !== undefined && a !== "-a" && a !== "-o") {
    cursor.at += 2;
    return unary(process, a, b);
  }
  cursor.at++;
  return a !== "";
}

function integer(text: string): bigint {
  const trimmed = text.trim();
  if (!/^[-+]?\d+$/.test(trimmed)) throw `\0${text}`;
  return BigInt(trimmed.replace(/^\+/, ""));
}

function binary(process: Process, a: string, operator: string, b: string): boolean {
  switch (operator) {
    case "=":
    case "==":
      return a === b;
    case "!=":
      return a !== b;
    case "<":
      return a < b;
    case ">":
      return a > b;
    case "-eq":
      return integer(a) === integer(b);
    case "-ne":
      return integer(a) !== integer(b);
    case "-lt":
      return integer(a) < integer(b);
    case "-le":
      return integer(a) <= integer(b);
    case "-gt":
      return integer(a) > integer(b);
    case "-ge":
      return integer(a) >= integer(b);
    default:
      return compareFiles(node(process, a), operator, node(process, b));
  }
}

function compareFiles(left: Node | undefined, operator: string, right: Node | undefined): boolean {
  if (operator === "-ef") return left !== undefined && left === right;
  if (left === undefined || right === undefined) return operator === "-nt" ? left !== undefined : right !== undefined;
  return operator === "-nt" ? left.mtime > right.mtime : left.mtime < right.mtime;
}

function node(process: Process, path: string, follow = true): Node | undefined {
  return process.container.fs.peek(path, process.cwd, process.who, follow);
}

function unary(process: Process, operator: string, text: string): boolean {
  if (operator === "-n") return text !== "";
  if (operator === "-z") return text === "";
  if (operator === "-t") return process.files.get(Number(text))?.kind === "tty";
  const found = node(process, text, operator !== "-h" && operator !== "-L");
  if (found === undefined) return false;
  switch (operator) {
    case "-e":
      return true;
    case "-f":
      return found.type === "file";
    case "-d":
      return found.type === "dir";
    case "-h":
    case "-L":
      return found.type === "link";
    case "-c":
      return found.type === "device";
    case "-s":
      return sizeOf(found) > 0;
    case "-r":
      return allowed(found, 4, process.who);
    case "-w":
      return (
        allowed(found, 2, process.who) && !process.container.fs.find(text, process.cwd, process.who).mount.readOnly
      );
    case "-x":
      return allowed(found, 1, process.who);
    case "-O":
      return found.uid === process.who.uid;
    case "-G":
      return found.gid === process.who.gid;
    case "-u":
      return (found.mode & 0o4000) !== 0;
    case "-g":
      return (found.mode & 0o2000) !== 0;
    case "-k":
      return (found.mode & 0o1000) !== 0;
    case "-b":
    case "-p":
    case "-S":
      return false;
    default:
      throw `${operator}: unary operator expected`;
  }
}
