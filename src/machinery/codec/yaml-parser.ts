import { parserError, YamlError } from "./yaml-error.ts";
import { Scanner, type Token, type TokenKind } from "./yaml-scanner.ts";

/** A node of a YAML document. `children` of a mapping are its keys and values in turn; an alias has the node it means as its only child. */
export interface YamlNode {
  readonly kind: "scalar" | "sequence" | "mapping" | "alias";
  /** A tag in full ("tag:yaml.org,2002:str"), "" where none stands there. */
  readonly tag: string;
  readonly value: string;
  /** Whether a scalar's type follows from its text. */
  readonly implicit: boolean;
  readonly children: YamlNode[];
  /** Counted from 0. */
  readonly line: number;
}

const node = (kind: YamlNode["kind"], line: number, more: Partial<YamlNode> = {}): YamlNode => ({
  kind,
  tag: "",
  value: "",
  implicit: false,
  children: [],
  line,
  ...more,
});

interface Properties {
  readonly anchor: string;
  readonly tag: string;
}

/** Builds the nodes of a stream's first document. Mirrors go-yaml v2 parserc.go and the parser of decode.go. */
class Parser {
  readonly #scanner: Scanner;
  readonly #anchors = new Map<string, YamlNode>();
  #handles = new Map<string, string>();

  constructor(source: string) {
    this.#scanner = new Scanner(source);
  }

  get #token(): Token {
    return this.#scanner.peek();
  }

  #skip(): void {
    this.#scanner.skip();
  }

  #is(...kinds: TokenKind[]): boolean {
    return kinds.includes(this.#token.kind);
  }

  #fail(problem: string, context: Token): YamlError {
    return parserError(problem, context.mark.line, this.#token.mark.line);
  }

  document(): YamlNode | undefined {
    if (this.#is("stream end")) return undefined;
    const explicit = this.#is("version", "tag directive", "---");
    this.#directives();
    if (explicit) {
      if (!this.#is("---")) throw parserError("did not find expected <document start>", 0, this.#token.mark.line);
      this.#skip();
    }
    const empty = explicit && this.#is("version", "tag directive", "---", "...", "stream end");
    const root = empty ? this.#empty() : this.#node(true, false);
    // The token behind the document is looked at, and so is what is wrong with it.
    if (this.#is("...")) this.#skip();
    return root;
  }

  #directives(): void {
    let version = false;
    this.#handles = new Map();
    for (; this.#is("version", "tag directive"); this.#skip()) {
      const { kind, value, suffix, mark } = this.#token;
      if (kind === "version") {
        if (version) throw parserError("found duplicate %YAML directive", 0, mark.line);
        if (value !== "1.1") throw parserError("found incompatible YAML document", 0, mark.line);
        version = true;
      } else {
        if (this.#handles.has(value)) throw parserError("found duplicate %TAG directive", 0, mark.line);
        this.#handles.set(value, suffix);
      }
    }
    if (!this.#handles.has("!")) this.#handles.set("!", "!");
    if (!this.#handles.has("!!")) this.#handles.set("!!", "tag:yaml.org,2002:");
  }

  #empty(): YamlNode {
    return node("scalar", this.#token.mark.line, { implicit: true });
  }

  #properties(start: Token): Properties {
    let anchor = "";
    let tagToken: Token | undefined;
    for (let i = 0; i < 2; i++) {
      if (this.#is("anchor") && anchor === "") anchor = this.#token.value;
      else if (this.#is("tag") && tagToken === undefined) tagToken = this.#token;
      else break;
      this.#skip();
    }
    if (tagToken === undefined) return { anchor, tag: "" };
    // What follows is looked at before the handle is.
    this.#scanner.peek();
    const prefix = tagToken.value === "" ? "" : this.#handles.get(tagToken.value);
    if (prefix === undefined) throw parserError("found undefined tag handle", start.mark.line, tagToken.mark.line);
    return { anchor, tag: prefix + tagToken.suffix };
  }

  #named(anchor: string, made: YamlNode): YamlNode {
    if (anchor !== "") this.#anchors.set(anchor, made);
    return made;
  }

  #node(block: boolean, indentless: boolean): YamlNode {
    const start = this.#token;
    const { line } = start.mark;
    if (start.kind === "alias") {
      this.#skip();
      const target = this.#anchors.get(start.value);
      if (target === undefined) throw new YamlError(`yaml: unknown anchor '${start.value}' referenced`);
      return node("alias", line, { value: start.value, children: [target] });
    }
    const { anchor, tag } = this.#properties(start);
    const token = this.#token;
    const own = tag === "!" ? "" : tag;
    if (token.kind === "scalar") {
      this.#skip();
      const implicit = tag === "" && token.plain;
      return this.#named(anchor, node("scalar", line, { tag: own, value: token.value, implicit }));
    }
    const collection = this.#collectionKind(token.kind, block, indentless);
    if (collection !== undefined) {
      const made = this.#named(anchor, node(collection, line, { tag: own }));
      if (token.kind === "[") this.#flowSequence(made, token);
      else if (token.kind === "{") this.#flowMapping(made, token);
      else if (token.kind === "block mapping") this.#blockMapping(made, token);
      else this.#blockSequence(made, token);
      return made;
    }
    if (anchor === "" && tag === "") throw this.#fail("did not find expected node content", start);
    return this.#named(anchor, node("scalar", line, { tag: own, implicit: tag === "" }));
  }

  #collectionKind(kind: TokenKind, block: boolean, indentless: boolean): "sequence" | "mapping" | undefined {
    if (kind === "-" && indentless) return "sequence";
    if (kind === "[" || (kind === "block sequence" && block)) return "sequence";
    return kind === "{" || (kind === "block mapping" && block) ? "mapping" : undefined;
  }

  // Also a sequence that is not indented below its key, which has no tokens of its own around it.
  #blockSequence(into: YamlNode, start: Token): void {
    const indentless = start.kind === "-";
    if (!indentless) this.#skip();
    while (this.#is("-")) {
      this.#skip();
      const empty = indentless ? this.#is("-", "?", ":", "block end") : this.#is("-", "block end");
      into.children.push(empty ? this.#empty() : this.#node(true, false));
    }
    if (indentless) return;
    if (!this.#is("block end")) throw this.#fail("did not find expected '-' indicator", start);
    this.#skip();
  }

  #blockMapping(into: YamlNode, start: Token): void {
    this.#skip();
    for (;;) {
      if (this.#is("?")) {
        this.#skip();
        into.children.push(this.#is("?", ":", "block end") ? this.#empty() : this.#node(true, true));
      } else if (this.#is("block end")) {
        this.#skip();
        return;
      } else {
        throw this.#fail("did not find expected key", start);
      }
      into.children.push(this.#blockValue());
    }
  }

  #blockValue(): YamlNode {
    if (!this.#is(":")) return this.#empty();
    this.#skip();
    return this.#is("?", ":", "block end") ? this.#empty() : this.#node(true, true);
  }

  #flowSequence(into: YamlNode, start: Token): void {
    this.#skip();
    for (let first = true; !this.#is("]"); first = false) {
      if (!first) {
        if (!this.#is(",")) throw this.#fail("did not find expected ',' or ']'", start);
        this.#skip();
      }
      if (this.#is("?")) into.children.push(this.#flowPair());
      else if (!this.#is("]")) into.children.push(this.#node(false, false));
      else break;
    }
    this.#skip();
  }

  // A mapping of one key that needs no braces in a flow sequence.
  #flowPair(): YamlNode {
    const pair = node("mapping", this.#token.mark.line);
    this.#skip();
    if (this.#is(":", ",", "]")) {
      const empty = this.#empty();
      this.#skip();
      pair.children.push(empty);
    } else pair.children.push(this.#node(false, false));
    pair.children.push(this.#flowValue("]"));
    return pair;
  }

  #flowValue(end: TokenKind): YamlNode {
    if (!this.#is(":")) return this.#empty();
    this.#skip();
    return this.#is(",", end) ? this.#empty() : this.#node(false, false);
  }

  #flowMapping(into: YamlNode, start: Token): void {
    this.#skip();
    for (let first = true; !this.#is("}"); first = false) {
      if (!first) {
        if (!this.#is(",")) throw this.#fail("did not find expected ',' or '}'", start);
        this.#skip();
      }
      if (this.#is("?")) {
        this.#skip();
        into.children.push(this.#is(":", ",", "}") ? this.#empty() : this.#node(false, false));
        into.children.push(this.#flowValue("}"));
      } else if (!this.#is("}")) {
        into.children.push(this.#node(false, false));
        into.children.push(this.#empty());
      } else break;
    }
    this.#skip();
  }
}

/** The first document of a YAML text; undefined where there is none. Throws {@link YamlError}. */
export function parseYamlDocument(source: string): YamlNode | undefined {
  return new Parser(source === "" ? "\n" : source).document();
}
