import { buildJson, JsonError, scanJson } from "./json-read.ts";
import { YamlError } from "./yaml-error.ts";
import { type ReadYamlOptions, readYaml } from "./yaml-read.ts";

/** One document of a manifest: its text as it stands there, and the value that it means. */
export interface TextDocument {
  readonly text: string;
  readonly value: unknown;
}

/** The documents of a manifest up to the first that cannot be read, and why that is: what kubectl says behind "error parsing FILE: ". */
export interface DocumentStream {
  readonly documents: readonly TextDocument[];
  readonly error?: string;
}

/** The text of a file's bytes: a byte order mark tells UTF-16, anything else is UTF-8. Mirrors unicode.BOMOverride in cli-runtime's visitors. */
export function decodeText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer[0] === 0xff && buffer[1] === 0xfe) return buffer.toString("utf16le", 2);
  if (buffer[0] === 0xfe && buffer[1] === 0xff)
    return Buffer.from(buffer.subarray(2, buffer.length - (buffer.length % 2)))
      .swap16()
      .toString("utf16le");
  const text = buffer.toString("utf8");
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

class StreamError extends Error {}

// Documents end at lines that begin with "---"; a separator ahead of the first content is part of it.
function* yamlTexts(text: string): Generator<string> {
  const lines = text.split("\n");
  // What is behind the last line break is no line.
  if (lines[lines.length - 1] === "") lines.pop();
  let buffer: string[] = [];
  for (const raw of lines) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (line.startsWith("---")) {
      const rest = line.slice(3).trim();
      if (rest !== "" && !rest.startsWith("#")) throw new StreamError(`invalid Yaml document separator: ${rest}`);
      if (buffer.length > 0) {
        yield `${buffer.join("\n")}\n`;
        buffer = [];
        continue;
      }
    }
    buffer.push(line);
  }
  if (buffer.length > 0) yield `${buffer.join("\n")}\n`;
}

function yamlValue(text: string, options: ReadYamlOptions): unknown {
  try {
    return readYaml(text, options);
  } catch (error) {
    if (error instanceof YamlError) throw new StreamError(`error converting YAML to JSON: ${error.message}`);
    throw error;
  }
}

function* yamlDocuments(text: string, options: ReadYamlOptions): Generator<TextDocument> {
  for (const document of yamlTexts(text)) yield { text: document, value: yamlValue(document, options) };
}

const jsonProblem = (error: JsonError, text: string): string =>
  error.message === "unexpected EOF"
    ? error.message
    : `json: offset ${Buffer.byteLength(text.slice(0, error.offset - 1)) + 1}: ${error.message}`;

const skipBlanks = (text: string, from: number): number => {
  const blank = /[ \t\r\n]*/y;
  blank.lastIndex = from;
  blank.exec(text);
  return blank.lastIndex;
};

// Blanks behind a JSON value are passed, up to the end of the line.
function yamlStart(text: string, from: number): number | undefined {
  for (let i = from; i < text.length; i++) {
    // Upstream looks at four bytes at a time and takes fewer for the end.
    if (Buffer.byteLength(text.slice(i, i + 4)) < 4) return undefined;
    if (text[i] === "\n") return i + 1;
    if (!/\s/.test(text[i]!)) return i;
  }
  return undefined;
}

// What looks like JSON may be YAML after all, unless two JSON values came already.
function* jsonDocuments(text: string, options: ReadYamlOptions): Generator<TextDocument> {
  let position = 0;
  for (let count = 0; skipBlanks(text, position) < text.length; count++) {
    let end: number;
    try {
      end = scanJson(text, position).end;
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      if (count > 1) throw new StreamError(error.message);
      const start = yamlStart(text, position);
      const problem = jsonProblem(error, text);
      if (start === undefined) throw new StreamError(problem);
      yield* yamlInstead(text.slice(start), problem, options);
      return;
    }
    const document = text.slice(position, end);
    yield { text: document, value: buildJson(document) };
    position = end;
  }
}

// If the first of them is no YAML either, the problem with the JSON is what is told.
function* yamlInstead(text: string, problem: string, options: ReadYamlOptions): Generator<TextDocument> {
  let first = true;
  try {
    for (const document of yamlDocuments(text, options)) {
      first = false;
      yield document;
    }
  } catch (error) {
    if (error instanceof StreamError && first) throw new StreamError(problem);
    throw error;
  }
}

/** Reads all documents of a manifest, JSON or YAML; those that say nothing (null, only comments) are left out. Mirrors apimachinery YAMLOrJSONDecoder under cli-runtime's StreamVisitor. */
export function readDocuments(text: string, options: ReadYamlOptions = {}): DocumentStream {
  const source = text.startsWith("\ufeff") ? text.slice(1) : text;
  const documents: TextDocument[] = [];
  try {
    const json = source.trimStart().startsWith("{");
    for (const document of json ? jsonDocuments(source, options) : yamlDocuments(source, options))
      if (document.value !== null) documents.push(document);
  } catch (error) {
    if (error instanceof StreamError) return { documents, error: error.message };
    throw error;
  }
  return { documents };
}
