import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { parseSimpleYaml } from "../../../src/client/simple-yaml.ts";

const kubeconfig = `apiVersion: v1
kind: Config
current-context: kind-kind
preferences: {}
clusters:
- cluster:
    server: https://127.0.0.1:6443
    extensions:
    - name: drykube
      extension:
        cluster: kind
        home: .
  name: kind-kind
contexts:
  - name: a
    context: {}
  - name: b
users: []
`;

test("reads a kubeconfig as a YAML parser does", () => {
  expect(parseSimpleYaml(kubeconfig)).toEqual(parse(kubeconfig));
});

test.each([
  "a: [1, 2]",
  "a: &x 1",
  "a: |\n  b",
  "- a\n b: c",
  "a: yes",
  "a: 1",
  "a: 'b''c'",
  "a:b",
  "? a",
  "a: b: c",
  "a: 1\na: 2",
  "__proto__: x",
])("%j is left to the full parser", (text) => {
  expect(parseSimpleYaml(text)).toBeUndefined();
});

test("whatever it reads, it reads right", () => {
  const word = fc
    .stringMatching(/^[a-z][a-z0-9./-]{0,8}$/)
    .filter((w) => !/^(y|n|yes|no|on|off|true|false|null)$/.test(w));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      word,
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(word, tie("tree"), { maxKeys: 3 }),
    ),
  }));
  const write = (value: unknown, indent: string): string => {
    if (typeof value === "string") return ` ${value}\n`;
    const entries = Array.isArray(value)
      ? value.map((v) => ["-", v] as const)
      : Object.entries(value as object).map(([k, v]) => [`${k}:`, v] as const);
    if (entries.length === 0) return Array.isArray(value) ? " []\n" : " {}\n";
    return `\n${entries.map(([k, v]) => `${indent}${k}${write(v, `${indent}  `)}`).join("")}`;
  };
  fc.assert(
    fc.property(fc.dictionary(word, tree, { minKeys: 1, maxKeys: 4 }), (value) => {
      const text = write(value, "").trimStart();
      const read = parseSimpleYaml(text);
      if (read !== undefined) expect(read).toEqual(parse(text));
    }),
  );
});
