import { goQuote } from "../field-error.ts";
import { goFloat64, goSyntax } from "./go-text.ts";
import { YamlError } from "./yaml-error.ts";
import { parseYamlDocument, type YamlNode } from "./yaml-parser.ts";
import { type Resolved, resolveYaml } from "./yaml-resolve.ts";

/** How {@link readYaml} reads. */
export interface ReadYamlOptions {
  /** Refuses a mapping that has a key twice; otherwise the last one wins. Mirrors yaml.UnmarshalStrict. */
  readonly strict?: boolean;
  /** Reads "yes", "on", "y" and the like as texts. Mirrors go-yaml v3, which kustomize reads resources with. */
  readonly modern?: boolean;
}

const longPrefix = "tag:yaml.org,2002:";
const shortTag = (tag: string): string => (tag.startsWith(longPrefix) ? `!!${tag.slice(longPrefix.length)}` : tag);
const resolvable = new Set(["!!str", "!!bool", "!!int", "!!float", "!!null", "!!timestamp"]);

function allowedAliasRatio(decoded: number): number {
  const [low, high] = [400_000, 4_000_000];
  if (decoded <= low) return 0.99;
  return decoded >= high ? 0.1 : 0.99 - 0.89 * ((decoded - low) / (high - low));
}

/** Makes values of nodes. Mirrors go-yaml v2 decode.go into an interface, then sigs.k8s.io/yaml convertToJSONableObject. */
class Decoder {
  readonly #strict: boolean;
  readonly #modern: boolean;
  readonly #open = new Set<YamlNode>();
  readonly #repeated: string[] = [];
  // What YAML allows and JSON does not: found only once the whole is decoded.
  #unconvertible: string | undefined;
  #decoded = 0;
  #aliased = 0;
  #aliasDepth = 0;

  constructor({ strict = false, modern = false }: ReadYamlOptions) {
    this.#strict = strict;
    this.#modern = modern;
  }

  root(node: YamlNode): unknown {
    const value = this.value(node);
    if (this.#unconvertible !== undefined) throw new YamlError(this.#unconvertible);
    if (this.#repeated.length > 0) throw new YamlError(`yaml: unmarshal errors:\n  ${this.#repeated.join("\n  ")}`);
    return value;
  }

  // A few lines of aliases to aliases would otherwise unfold to gigabytes.
  #count(): void {
    this.#decoded++;
    if (this.#aliasDepth > 0) this.#aliased++;
    if (this.#aliased > 100 && this.#decoded > 1000 && this.#aliased / this.#decoded > allowedAliasRatio(this.#decoded))
      throw new YamlError("yaml: document contains excessive aliasing");
  }

  value(node: YamlNode): unknown {
    this.#count();
    switch (node.kind) {
      case "alias":
        return this.#alias(node, (target) => this.value(target));
      case "sequence":
        return node.children.map((child) => this.value(child));
      case "mapping": {
        const object = {};
        this.#mapping(node, object, new Set());
        return object;
      }
      default:
        return this.#finite(scalarValue(node, this.#modern));
    }
  }

  #alias<T>(node: YamlNode, use: (target: YamlNode) => T): T {
    if (this.#open.has(node)) throw new YamlError(`yaml: anchor '${node.value}' value contains itself`);
    this.#open.add(node);
    this.#aliasDepth++;
    const result = use(node.children[0]!);
    this.#aliasDepth--;
    this.#open.delete(node);
    return result;
  }

  #mapping(node: YamlNode, into: object, seen: Set<string>): void {
    for (let i = 0; i < node.children.length; i += 2) {
      const [keyNode, valueNode] = [node.children[i]!, node.children[i + 1]!];
      if (isMerge(keyNode)) {
        this.#merge(valueNode, into);
        continue;
      }
      const keyed = this.#key(keyNode);
      const value = this.value(valueNode);
      const key = keyed ?? this.#nullKey(value);
      if (this.#strict && seen.has(key))
        this.#repeated.push(`line ${keyNode.line + 1}: key ${goQuote(key)} already set in map`);
      seen.add(key);
      // Defined, not assigned: a key "__proto__" is data.
      Object.defineProperty(into, key, { value, enumerable: true, writable: true, configurable: true });
    }
  }

  #finite(value: Resolved["value"]): Resolved["value"] {
    if (typeof value !== "number" || Number.isFinite(value)) return value;
    const shown = Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    this.#unconvertible ??= `json: unsupported value: ${shown}`;
    return null;
  }

  #nullKey(value: unknown): string {
    const shown = value === null ? "<nil>" : goSyntax(value, "interface {}");
    this.#unconvertible ??= `unsupported map key of type: %!s(<nil>), key: <nil>, value: ${shown}`;
    return "";
  }

  #merge(node: YamlNode, into: object): void {
    const target = node.kind === "alias" ? node.children[0]! : node;
    if (node.kind === "sequence") {
      for (const child of [...node.children].reverse()) {
        const mapping = child.kind === "alias" ? child.children[0]! : child;
        if (mapping.kind !== "mapping") throw mergeError();
        this.#mergeOne(child, into);
      }
    } else if (target.kind === "mapping") this.#mergeOne(node, into);
    else throw mergeError();
  }

  #mergeOne(node: YamlNode, into: object): void {
    this.#count();
    if (node.kind === "alias") this.#alias(node, (target) => this.#mergeOne(target, into));
    else this.#mapping(node, into, new Set());
  }

  // Undefined for null, which only the conversion to JSON refuses.
  #key(node: YamlNode): string | undefined {
    this.#count();
    if (node.kind === "alias") return this.#alias(node, (target) => this.#key(target));
    if (node.kind !== "scalar")
      throw new YamlError(`yaml: invalid map key: ${goSyntax(this.value(node), "interface {}")}`);
    const value = scalarValue(node, this.#modern);
    if (value === null) return undefined;
    if (typeof value !== "number" || Number.isInteger(value)) return keyText(value);
    if (Number.isNaN(value)) return ".nan";
    return Number.isFinite(value) ? goFloat64(value) : value > 0 ? ".inf" : "-.inf";
  }
}

const keyText = (value: string | boolean | number): string =>
  typeof value === "number" ? BigInt(value).toString() : String(value);

const mergeError = (): YamlError => new YamlError("yaml: map merge requires map or sequence of maps as the value");

const isMerge = (node: YamlNode): boolean =>
  node.kind === "scalar" && node.value === "<<" && (node.implicit || shortTag(node.tag) === "!!merge");

function scalarValue(node: YamlNode, modern: boolean): Resolved["value"] {
  const tag = shortTag(node.tag);
  if (tag === "!!binary") return decodeBinary(node.value);
  if (tag === "" ? !node.implicit : tag === "!!str" || !resolvable.has(tag)) return node.value;
  const resolved = resolveYaml(node.value, modern);
  const asFloat = tag === "!!float" && resolved.tag === "!!int";
  if (tag !== "" && tag !== resolved.tag && !asFloat)
    throw new YamlError(`yaml: cannot decode ${resolved.tag} \`${node.value}\` as a ${tag}`);
  return resolved.value;
}

function decodeBinary(text: string): string {
  const compact = text.replace(/[\r\n]/g, "");
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact))
    throw new YamlError("yaml: !!binary value contains invalid base64 data");
  return Buffer.from(compact, "base64").toString();
}

/** The value of a text's first YAML document as kubectl's JSON of it has it; null where there is none. Throws {@link YamlError}. Mirrors sigs.k8s.io/yaml YAMLToJSON. */
export function readYaml(text: string, options: ReadYamlOptions = {}): unknown {
  const document = parseYamlDocument(text);
  return document === undefined ? null : new Decoder(options).root(document);
}
