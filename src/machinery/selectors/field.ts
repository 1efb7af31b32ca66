import { SelectorError } from "./label.ts";

/** One term of a field selector. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

/** A parsed field selector: all of its terms must hold. */
export type FieldSelectorTerms = readonly FieldRequirement[];

// Commas separate terms unless a backslash stands before them.
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === ",") {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...terms, text.slice(start)];
}

function unescapeValue(value: string): string {
  let result = "";
  const runes = [...value];
  for (let i = 0; i < runes.length; i++) {
    const rune = runes[i]!;
    if (rune === "\\") {
      const next = runes[++i] ?? "";
      if (next === "" || !"\\,=".includes(next))
        throw new SelectorError(`invalid field selector: invalid escape sequence: \\${next}`);
      result += next;
    } else if (rune === "," || rune === "=") {
      throw new SelectorError(`invalid field selector: unescaped character in value: ${rune.codePointAt(0)}`);
    } else {
      result += rune;
    }
  }
  return result;
}

/** Reads what `--field-selector` takes. Throws {@link SelectorError}. Mirrors fields.ParseSelector. */
export function parseFieldSelector(text: string): FieldSelectorTerms {
  const terms: FieldRequirement[] = [];
  for (const part of splitTerms(text).sort()) {
    if (part === "") continue;
    const match = /^([^!=]*(?:!(?!=)[^!=]*)*)(!=|==|=)(.*)$/s.exec(part);
    if (match === null) throw new SelectorError(`invalid selector: '${text}'; can't understand '${part}'`);
    terms.push({ field: match[1]!, operator: match[2] === "!=" ? "!=" : "=", value: unescapeValue(match[3]!) });
  }
  return terms;
}

/** Whether an object's selectable fields meet all terms; a field that is not there counts as "". */
export const fieldsMatch = (terms: FieldSelectorTerms, fields: Readonly<Record<string, string>>): boolean =>
  terms.every(({ field, operator, value }) => {
    const actual = Object.hasOwn(fields, field) ? fields[field]! : "";
    return (actual === value) === (operator === "=");
  });

/** The text of a field selector. Mirrors fields.Selector.String. */
export const formatFieldTerms = (terms: FieldSelectorTerms): string =>
  terms.map((t) => `${t.field}${t.operator}${t.value.replace(/[\\,=]/g, "\\$&")}`).join(",");
