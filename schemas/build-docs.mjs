// Takes the descriptions of the API's types and fields from the packages that carry them word for word, for `explain`
// and the server's OpenAPI documents. They are Kubernetes' own texts (Apache-2.0, see NOTICE): built, never committed.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const COMMENT = /\/\*\*([\s\S]*?)\*\//g;

/** The lines of a documentation comment without their stars, up to the first tag. */
function textOf(comment) {
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\*? ?/, "").trimEnd());
  const tag = lines.findIndex((line) => /^@[a-z]/.test(line));
  return (tag < 0 ? lines : lines.slice(0, tag)).join("\n").trim();
}

/** "io.k8s.api.core.v1.Pod" and "io.k8s.api.core.v1.Pod#spec" → text, as cdk8s tags each declaration. */
function fromCdk8s(file) {
  const texts = new Map();
  for (const [, comment] of fs.readFileSync(file, "utf8").matchAll(COMMENT)) {
    const name = /@schema (io\.k8s\.\S+)/.exec(comment)?.[1];
    if (name !== undefined) texts.set(name, textOf(comment));
  }
  return texts;
}

/** What a generated client calls the type: V1Pod, CoreV1Event where several groups have one of that name. */
function classNames(type) {
  const parts = type.split(".");
  const [group, version, name] = parts.slice(-3);
  const capital = (word) => word[0].toUpperCase() + word.slice(1);
  return [`${capital(version)}${name}`, `${capital(group)}${capital(version)}${name}`];
}

/** The comments of one generated class; "" is its own. There, a paragraph's end has become a second blank. */
function fromClass(file) {
  const texts = new Map();
  const source = fs.readFileSync(file, "utf8");
  for (const match of source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:'_?(\w+)'\??:|export declare class)/g)) {
    const text = textOf(match[1]).replace(/\\'/g, "'").replace(/([.:]) {2,}/g, "$1\n\n");
    if (!text.startsWith("Kubernetes\n")) texts.set(match[2] ?? "", text);
  }
  return texts;
}

/** The comments of the interfaces in one file of kubernetes-types, "Pod" and "Pod#status"; older than the others, but it has those of references too. */
function fromInterfaces(file) {
  const texts = new Map();
  if (!fs.existsSync(file)) return texts;
  const source = fs.readFileSync(file, "utf8");
  const comment = String.raw`/\*\*((?:(?!\*/)[\s\S])*)\*/\s*`;
  for (const [, own, name, body] of source.matchAll(new RegExp(`${comment}export interface (\\w+)[^{]*\\{([\\s\\S]*?)\n\\}`, "g"))) {
    texts.set(name, textOf(own));
    for (const [, text, field] of body.matchAll(new RegExp(`${comment}(?:readonly )?"?([\\w$]+)"?\\??:`, "g")))
      texts.set(`${name}#${field}`, textOf(text));
  }
  return texts;
}

/** Writes docs/<group_version>.json below `outDir`: by type, the texts of its fields, its own under "". Packages that are not there are left out. */
export function buildDocs(outDir, root = path.join(here, "..")) {
  const cdk8s = path.join(root, "node_modules/cdk8s-plus-33/lib/imports/k8s.d.ts");
  const models = path.join(root, "node_modules/@kubernetes/client-node/dist/gen/models");
  const interfaces = path.join(root, "node_modules/kubernetes-types");
  const tagged = fs.existsSync(cdk8s) ? fromCdk8s(cdk8s) : new Map();
  const out = path.join(outDir, "docs");
  fs.mkdirSync(out, { recursive: true });
  for (const file of fs.readdirSync(here).filter((name) => /^[a-z]+_v\w+\.json$/.test(name))) {
    const lines = [];
    const named = fromInterfaces(path.join(interfaces, `${file.slice(0, -5).replace("_", "/")}.d.ts`));
    for (const [type, schema] of Object.entries(JSON.parse(fs.readFileSync(path.join(here, file), "utf8")))) {
      const generated = classNames(type)
        .map((name) => path.join(models, `${name}.d.ts`))
        .find((candidate) => fs.existsSync(candidate));
      const texts = generated === undefined ? new Map() : fromClass(generated);
      const entry = {};
      for (const name of ["", ...Object.keys(schema.fields ?? {})]) {
        const below = name === "" ? "" : `#${name}`;
        const text = tagged.get(type + below) || texts.get(name) || named.get(type.split(".").at(-1) + below);
        if (text) entry[name] = text;
      }
      if (Object.keys(entry).length > 0) lines.push(`${JSON.stringify(type)}:${JSON.stringify(entry)}`);
    }
    fs.writeFileSync(path.join(out, file), `{\n${lines.join(",\n")}\n}\n`);
  }
}
