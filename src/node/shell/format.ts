/** Backslash escapes as echo -e, printf and $'…' know them. `stop`: \c was met, nothing more is to be printed. */
export function readEscapes(text: string, octalZero: boolean): { text: string; stop: boolean } {
  let out = "";
  const plain: Readonly<Record<string, string>> = {
    a: "\x07",
    b: "\b",
    e: "\x1b",
    f: "\f",
    n: "\n",
    r: "\r",
    t: "\t",
    v: "\v",
    "\\": "\\",
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c !== "\\" || i + 1 === text.length) {
      out += c;
      continue;
    }
    const next = text[++i]!;
    if (next === "c") return { text: out, stop: true };
    const octal = (octalZero ? /^0[0-7]{0,3}/ : /^[0-7]{1,3}/).exec(text.slice(i, i + 4));
    const hex = /^x([0-9a-fA-F]{1,2})/.exec(text.slice(i, i + 3));
    if (octal !== null) {
      out += String.fromCharCode(Number.parseInt(octal[0], 8) & 255);
      i += octal[0].length - 1;
    } else if (hex !== null) {
      out += String.fromCharCode(Number.parseInt(hex[1]!, 16));
      i += hex[0].length - 1;
    } else out += Object.hasOwn(plain, next) ? plain[next] : `\\${next}`;
  }
  return { text: out, stop: false };
}

/** What echo prints. `kind`: dash always reads escapes, bash and busybox with -e only. */
export function echoText(args: readonly string[], kind: "dash" | "bash" | "ash" | "gnu"): string {
  let newline = true;
  let escapes = kind === "dash";
  let i = 0;
  for (; i < args.length; i++) {
    const arg = args[i]!;
    if (kind === "dash" ? arg !== "-n" : !/^-[neE]+$/.test(arg)) break;
    if (arg.includes("n")) newline = false;
    for (const c of kind === "dash" ? "" : arg) {
      if (c === "e") escapes = true;
      if (c === "E") escapes = false;
    }
    if (kind === "dash" && i === 0) {
      i++;
      break;
    }
  }
  const text = args.slice(i).join(" ");
  if (!escapes) return newline ? `${text}\n` : text;
  const done = readEscapes(text, true);
  return newline && !done.stop ? `${done.text}\n` : done.text;
}

const DIRECTIVE = /%([-+ 0#]*)(\*|\d+)?(?:\.(\*|-?\d+)?)?([a-zA-Z%])/y;

/** What printf prints, with the complaints that it makes about bad arguments. */
export function printfText(format: string, args: readonly string[]): { text: string; problems: string[] } {
  const problems: string[] = [];
  let out = "";
  let next = 0;
  const take = (): string => args[next++] ?? "";
  for (;;) {
    const from = next;
    for (let i = 0; i < format.length && out.length < 1 << 20; ) {
      const c = format[i]!;
      if (c === "\\") {
        const piece = /^\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}|[\s\S])?/.exec(format.slice(i))![0];
        const done = readEscapes(piece, false);
        out += piece === '\\"' ? '"' : done.text;
        if (done.stop) return { text: out, problems };
        i += piece.length;
        continue;
      }
      DIRECTIVE.lastIndex = i;
      const match = c === "%" ? DIRECTIVE.exec(format) : null;
      if (match === null) {
        out += c;
        i++;
        continue;
      }
      i += match[0].length;
      const piece = directive(match, take, problems);
      out += piece.text;
      if (piece.stop) return { text: out, problems };
    }
    if (next >= args.length || next === from) return { text: out, problems };
  }
}

function directive(match: RegExpExecArray, take: () => string, problems: string[]): { text: string; stop?: boolean } {
  const letter = match[4]!;
  if (letter === "%") return { text: "%" };
  let flags = match[1]!;
  let width = Math.min(10_000, match[2] === "*" ? Number(take()) || 0 : Number(match[2] ?? 0));
  if (width < 0) {
    flags += "-";
    width = -width;
  }
  const hasPrecision = match[0].includes(".");
  const precision = !hasPrecision
    ? undefined
    : Math.min(1000, match[3] === "*" ? Number(take()) || 0 : Number(match[3] ?? 0));
  const pad = (text: string, zero = false): string => {
    if (flags.includes("-")) return text.padEnd(width);
    if (!zero || !flags.includes("0")) return text.padStart(width);
    const sign = /^[-+ ]?(0[xX])?/.exec(text)![0];
    return sign + text.slice(sign.length).padStart(width - sign.length, "0");
  };
  if (letter === "s") return { text: pad(precision === undefined ? take() : take().slice(0, precision)) };
  if (letter === "c") return { text: pad(take().slice(0, 1)) };
  if (letter === "b") {
    const done = readEscapes(take(), true);
    return { text: pad(done.text), stop: done.stop };
  }
  if (letter === "q") return { text: pad(shellQuote(take())) };
  if ("diouxX".includes(letter))
    return { text: pad(integer(letter, take(), flags, precision, problems), precision === undefined) };
  if ("eEfFgG".includes(letter)) return { text: pad(floating(letter, take(), flags, precision ?? 6, problems), true) };
  problems.push(`%${letter}: invalid directive`);
  return { text: "", stop: true };
}

/** A word quoted so that a shell reads it back. */
export function shellQuote(text: string): string {
  if (text === "") return "''";
  return text.replace(/[^A-Za-z0-9_@%+=:,./-]/g, "\\$&");
}

function integer(
  letter: string,
  arg: string,
  flags: string,
  precision: number | undefined,
  problems: string[],
): string {
  let value = 0n;
  const text = arg.trim();
  const quoted = /^['"]([\s\S])/.exec(arg);
  if (quoted !== null) value = BigInt(quoted[1]!.charCodeAt(0));
  else if (text !== "") {
    const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(text);
    if (match === null || match[0] !== text) problems.push(`${arg}: invalid number`);
    if (match !== null) {
      const digits = /^0[0-7]+$/.test(match[2]!) ? `0o${match[2]!.slice(1)}` : match[2]!;
      value = BigInt(digits) * (match[1] === "-" ? -1n : 1n);
    }
  }
  let digits: string;
  const magnitude = value < 0n ? -value : value;
  if (letter === "d" || letter === "i") digits = String(magnitude);
  else {
    const unsigned = BigInt.asUintN(64, value);
    digits = unsigned.toString(letter === "o" ? 8 : letter === "u" ? 10 : 16);
    if (letter === "X") digits = digits.toUpperCase();
  }
  if (precision !== undefined) digits = digits.padStart(precision, "0");
  if (flags.includes("#") && value !== 0n)
    digits = letter === "o" ? `0${digits}` : "xX".includes(letter) ? `0${letter}${digits}` : digits;
  if (letter !== "d" && letter !== "i") return digits;
  return value < 0n ? `-${digits}` : flags.includes("+") ? `+${digits}` : flags.includes(" ") ? ` ${digits}` : digits;
}

function floating(letter: string, arg: string, flags: string, precision: number, problems: string[]): string {
  const number = arg.trim() === "" ? 0 : Number.parseFloat(arg);
  if (Number.isNaN(number)) problems.push(`${arg}: invalid number`);
  const text = formatFloat(letter, Number.isNaN(number) ? 0 : number, precision, flags.includes("#"));
  return number >= 0 && flags.includes("+") ? `+${text}` : number >= 0 && flags.includes(" ") ? ` ${text}` : text;
}

/** A number as C's %e, %f and %g print it. */
export function formatFloat(letter: string, value: number, precision: number, keepZeros = false): string {
  const lower = letter.toLowerCase();
  const p = Math.min(precision, 100);
  if (!Number.isFinite(value)) return value > 0 ? "inf" : value < 0 ? "-inf" : "nan";
  const exponential = (digits: number): string => value.toExponential(digits).replace(/e([+-])(\d)$/, "e$10$2");
  let text: string;
  if (lower === "f")
    text = Math.abs(value) >= 1e21 ? BigInt(value).toString() + (p > 0 ? `.${"0".repeat(p)}` : "") : value.toFixed(p);
  else if (lower === "e") text = exponential(p);
  else {
    const significant = p === 0 ? 1 : p;
    const exponent = value === 0 ? 0 : Number(value.toExponential(significant - 1).split("e")[1]);
    text =
      exponent < -4 || exponent >= significant
        ? exponential(significant - 1)
        : value.toFixed(significant - 1 - exponent);
    if (!keepZeros && text.includes(".")) text = text.replace(/\.?0+(?=e|$)/, "");
  }
  return letter === lower ? text : text.toUpperCase();
}
