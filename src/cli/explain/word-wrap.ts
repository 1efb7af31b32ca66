/** Breaks lines that are longer than `limit` at blanks; line ends stay, and words are never broken. Mirrors mitchellh/go-wordwrap WrapString. */
export function wordWrap(text: string, limit: number): string {
  let out = "";
  let current = 0;
  let word = "";
  let space = "";
  const flush = (): void => {
    current += space.length + word.length;
    out += space + word;
    space = "";
    word = "";
  };
  for (const char of text) {
    if (char === "\n") {
      if (word !== "" || current + space.length <= limit) flush();
      space = "";
      out += char;
      current = 0;
    } else if (/\s/.test(char) && char !== "\u00a0") {
      if (space === "" || word !== "") flush();
      space += char;
    } else {
      word += char;
      if (current + space.length + word.length > limit && word.length < limit) {
        out += "\n";
        current = 0;
        space = "";
      }
    }
  }
  if (word !== "" || current + space.length <= limit) out += space + word;
  return out;
}

/** Every line with `width` blanks before it. */
export function indentLines(text: string, width: number): string {
  const margin = " ".repeat(width);
  return text
    .split("\n")
    .map((line) => margin + line)
    .join("\n");
}
