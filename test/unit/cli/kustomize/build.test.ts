import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { buildDirectory } from "../../../../src/cli/kustomize/build.ts";
import type { Session } from "../../../../src/cli/session.ts";
import { toYaml } from "../../../../src/machinery/codec/yaml-write.ts";

const places: string[] = [];
afterEach(() => {
  for (const place of places.splice(0)) fs.rmSync(place, { recursive: true, force: true });
});

/** Builds the kustomization of some files, as YAML; with what was said on stderr. */
async function build(files: Readonly<Record<string, string>>): Promise<{ text: string; said: string }> {
  const cwd = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "kustomize-")));
  places.push(cwd);
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(cwd, name)), { recursive: true });
    fs.writeFileSync(path.join(cwd, name), text);
  }
  const said: string[] = [];
  const session = {
    cwd,
    env: {},
    pid: 7,
    now: () => 0,
    streams: { stderr: { write: (text: string) => said.push(text) } },
    readSchema: (file: string) => fs.readFileSync(new URL(`../../../../schemas/${file}`, import.meta.url), "utf8"),
  } as unknown as Session;
  const objects = await buildDirectory(session, ".");
  return {
    text: objects.map((object) => toYaml(object)).join("---\n"),
    said: said.join("").replace(/^I.*log/gm, "log"),
  };
}

const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

// The expected texts are what `kubectl kustomize` 1.33 printed of the same files.
test("yes, no, on and off in resources are texts", async () => {
  const { text } = await build({
    "kustomization.yaml": "resources: [a.yaml]\n",
    "a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {y: yes, b: off, c: N}\nimmutable: true\n",
  });
  expect(text).toBe(
    'apiVersion: v1\ndata:\n  b: "off"\n  c: "N"\n  "y": "yes"\nimmutable: true\nkind: ConfigMap\nmetadata:\n  name: a\n',
  );
});

test("variables are replaced where they may stand, and followed through prefixes", async () => {
  const { text, said } = await build({
    "kustomization.yaml":
      "resources: [d.yaml]\nnamePrefix: v-\nvars:\n- {name: SVC, objref: {kind: Service, name: s, apiVersion: v1}}\n- name: IMG\n  objref: {kind: Pod, name: d, apiVersion: v1}\n  fieldref: {fieldpath: 'spec.containers[0].image'}\n- {name: IDLE, objref: {kind: Service, name: s, apiVersion: v1}}\n",
    "d.yaml":
      'apiVersion: v1\nkind: Pod\nmetadata: {name: d}\nspec: {containers: [{name: c, image: "r/a:1", command: ["$(SVC)", "a-$(IMG)-b", "$(UNKNOWN)", "$$(SVC)"]}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: s}\n',
  });
  expect(text).toContain("command:\n    - v-s\n    - a-r/a:1-b\n    - $(UNKNOWN)\n    - $(SVC)\n");
  expect(said).toContain("log.go:245] well-defined vars that were never replaced: IDLE\n");
});

test.each([
  [
    {
      "kustomization.yaml":
        "configMapGenerator: [{name: a}]\nvars:\n- {name: X, objref: {kind: Service, name: s, apiVersion: v1}}\n",
    },
    "var '{X Service.v1.[noGrp] {metadata.name}}' cannot be mapped to a field in the set of known resources",
  ],
  [
    { "kustomization.yaml": "resources: [a.yaml]\npatches: [{patch: x}]\n", "a.yaml": configMap("a") },
    'trouble configuring builtin PatchTransformer with config: `\npatch: x\n`: unable to parse SM or JSON patch from [patch: "x"]',
  ],
  [
    {
      "kustomization.yaml":
        "resources: [a.yaml]\npatches: [{patch: '[{op: remove, path: /x}]', target: {kind: ConfigMap}}]\n",
      "a.yaml": configMap("a"),
    },
    "trouble configuring builtin PatchTransformer with config: `\npatch: '[{op: remove, path: /x}]'\ntarget:\n  kind: ConfigMap\n`: unable to parse SM or JSON patch from [patch: \"[{op: remove, path: /x}]\"]",
  ],
  [{ "kustomization.yaml": "configMapGenerator: [{literals: [a=b]}]\n" }, "a configmap must have a name"],
  [
    { "kustomization.yaml": "configurations: [c.yaml]\n", "c.yaml": "bogus: [x]\n" },
    'error unmarshaling JSON: while decoding JSON: json: unknown field "bogus"',
  ],
  [
    {
      "kustomization.yaml": "resources: [a.yaml]\nnamespace: q\n",
      "a.yaml":
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: a}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: b}\n",
    },
    'namespace transformation produces ID conflict: [{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{"internal.config.kubernetes.io/previousKinds":"Pod","internal.config.kubernetes.io/previousNames":"p","internal.config.kubernetes.io/previousNamespaces":"a"},"name":"p","namespace":"q"}} {"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{"internal.config.kubernetes.io/previousKinds":"Pod","internal.config.kubernetes.io/previousNames":"p","internal.config.kubernetes.io/previousNamespaces":"b"},"name":"p","namespace":"q"}}]',
  ],
])("what is wrong with %j", async (files, message) => {
  await expect(build(files as unknown as Record<string, string>)).rejects.toThrow(new Error(message));
});

test("configurations add places of names, labels and images", async () => {
  const { text } = await build({
    "kustomization.yaml":
      "namePrefix: c-\nlabels: [{pairs: {z: w}, includeSelectors: true}]\nconfigurations: [c.yaml]\nresources: [a.yaml]\nimages: [{name: foo, newTag: '9'}]\n",
    "c.yaml":
      "nameReference:\n- {kind: Secret, fieldSpecs: [{kind: MyKind, path: spec/secretRef/name}]}\ncommonLabels: [{path: spec/labels, create: true, kind: MyKind}]\nimages: [{path: spec/image, kind: MyKind}]\nnamePrefix: [{path: spec/prefixed, kind: MyKind}]\n",
    "a.yaml":
      'apiVersion: ex.io/v1\nkind: MyKind\nmetadata: {name: k}\nspec: {secretRef: {name: s}, image: "foo:1", prefixed: pp}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n',
  });
  expect(text).toContain(
    "  name: c-k\nspec:\n  image: foo:9\n  labels:\n    z: w\n  prefixed: c-pp\n  secretRef:\n    name: c-s\n",
  );
});

test("the build's metadata tells where things come from", async () => {
  const { text } = await build({
    "kustomization.yaml":
      "buildMetadata: [managedByLabel, originAnnotations, transformerAnnotations]\nnamePrefix: m-\nresources: [sub]\n",
    "sub/kustomization.yaml": "resources: [a.yaml]\nnameSuffix: -s\n",
    "sub/a.yaml": configMap("a"),
  });
  expect(text).toBe(`apiVersion: v1
kind: ConfigMap
metadata:
  annotations:
    alpha.config.kubernetes.io/transformations: |
      - configuredIn: sub/kustomization.yaml
        configuredBy:
          apiVersion: builtin
          kind: SuffixTransformer
      - configuredIn: kustomization.yaml
        configuredBy:
          apiVersion: builtin
          kind: PrefixTransformer
    config.kubernetes.io/origin: |
      path: sub/a.yaml
  labels:
    app.kubernetes.io/managed-by: kustomize-(devel)
  name: m-a-s
`);
});

test("among kinds without a place of their own the core group comes last, and items of lists come last of a file", async () => {
  const kinds =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\n";
  const sorted = await build({ "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": kinds });
  expect(sorted.text.match(/kind: \w+/g)).toEqual(["kind: Job", "kind: Pod"]);
  const fifo = await build({
    "kustomization.yaml": "resources: [a.yaml]\nsortOptions: {order: fifo}\n",
    "a.yaml": `apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Secret, metadata: {name: s}}]\n---\n${kinds}`,
  });
  expect(fifo.text.match(/kind: \w+/g)).toEqual(["kind: Pod", "kind: Job", "kind: Secret"]);
});

test("a patch that replaces what is not there sets it", async () => {
  const { text } = await build({
    "kustomization.yaml": "resources: [a.yaml]\npatches: [{path: p.yaml}]\n",
    "a.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b}\nspec: {replicas: 1}\n",
    "p.yaml":
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b}\nspec: {strategy: {$patch: replace, type: Recreate}}\n",
  });
  expect(text).toContain("spec:\n  replicas: 1\n  strategy:\n    type: Recreate\n");
});
