const simple: { readonly [c: string]: string } = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

/** A string without its quotes, single or double, with Go's escapes read; undefined where the syntax is wrong. Mirrors jsonpath.UnquoteExtend and strconv.UnquoteChar. */
export function unquoteGo(quoted: string): string | undefined {
  const quote = quoted[0];
  if (quoted.length < 2 || (quote !== '"' && quote !== "'") || !quoted.endsWith(quote)) return undefined;
  const text = quoted.slice(1, -1);
  // Bytes of \x and octal escapes may make up characters together.
  const parts: Buffer[] = [];
  const escapePattern = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([abfnrtv\\'"]))/y;
  for (let i = 0; i < text.length; ) {
    if (text[i] === quote) return undefined;
    if (text[i] !== "\\") {
      const next = /[^\\'"]*/y;
      next.lastIndex = i;
      const run = next.exec(text)![0] || text[i]!;
      parts.push(Buffer.from(run));
      i += run.length;
      continue;
    }
    escapePattern.lastIndex = i;
    const match = escapePattern.exec(text);
    if (match === null) return undefined;
    const [, hex, short, long, octal, letter] = match;
    const byte = hex !== undefined ? Number.parseInt(hex, 16) : octal !== undefined ? Number.parseInt(octal, 8) : -1;
    const point = short ?? long;
    if (byte > 255 || (letter !== undefined && "'\"".includes(letter) && letter !== quote)) return undefined;
    if (byte >= 0) parts.push(Buffer.from([byte]));
    else if (point !== undefined) {
      const code = Number.parseInt(point, 16);
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
      parts.push(Buffer.from(String.fromCodePoint(code)));
    } else parts.push(Buffer.from(simple[letter!] ?? letter!));
    i = escapePattern.lastIndex;
  }
  return Buffer.concat(parts).toString();
}
