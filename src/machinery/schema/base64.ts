const alphabet = /[A-Za-z0-9+/]/;
const newline = /[\r\n]/;

/**
 * Where Go's base64 decoder stops: the byte that `illegal base64 data at input byte N` names; undefined where the
 * text is sound. Mirrors encoding/base64 StdEncoding.decodeQuantum.
 */
export function corruptBase64At(text: string): number | undefined {
  if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
  let position = 0;
  while (position < text.length) {
    const step = quantum(text, position);
    if (step.corrupt !== undefined) return step.corrupt;
    position = step.next;
  }
  return undefined;
}

/** Reads four characters, line breaks skipped. */
function quantum(text: string, start: number): { readonly next: number; readonly corrupt?: number } {
  let next = start;
  for (let j = 0; j < 4; ) {
    if (next === text.length) return j === 0 ? { next } : { next, corrupt: next - j };
    const char = text[next++]!;
    if (alphabet.test(char)) j++;
    else if (newline.test(char)) continue;
    else if (char !== "=" || j < 2) return { next, corrupt: next - 1 };
    else return padding(text, next, j);
  }
  return { next };
}

/** After the first "=" of a last group that has `j` characters before it. */
function padding(text: string, from: number, j: number): { readonly next: number; readonly corrupt?: number } {
  let next = skipNewlines(text, from);
  if (j === 2) {
    if (next === text.length) return { next, corrupt: text.length };
    if (text[next] !== "=") return { next, corrupt: next - 1 };
    next = skipNewlines(text, next + 1);
  }
  return next < text.length ? { next, corrupt: next } : { next };
}

function skipNewlines(text: string, from: number): number {
  let next = from;
  while (next < text.length && newline.test(text[next]!)) next++;
  return next;
}

/** What decoding and encoding again makes of sound base64: line breaks and stray bits go. */
export function canonicalBase64(text: string): string {
  return Buffer.from(text, "base64").toString("base64");
}
