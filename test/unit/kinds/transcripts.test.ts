import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { catalog } from "../../../src/kinds/catalog.ts";
import { refusals } from "../../support/kinds.ts";

/** A manifest that a real kube-apiserver refused as invalid, and what it said. */
interface Refusal {
  readonly file: string;
  readonly manifest: any;
  readonly messages: readonly string[];
}

const sections = (text: string): { title: string; body: string }[] =>
  text
    .split(/^-- (?=\S.* --$)/m)
    .slice(1)
    .map((s) => ({ title: s.slice(0, s.indexOf(" --")), body: s.slice(s.indexOf("\n") + 1) }));

/** The refused manifests of a transcript; a file of several objects tells its errors on a line each. */
function refused(transcript: string): Refusal[] {
  const parts = sections(readFileSync(`fixtures/transcripts/${transcript}.txt`, "utf8"));
  const files = new Map(
    parts.filter((p) => p.title.startsWith("file: ")).map((p) => [p.title.slice(6), p.body] as const),
  );
  return parts.flatMap(({ title, body }, i) => {
    const file = title === "run" ? /^kubectl create -f (\S+)$/m.exec(body)?.[1] : undefined;
    const said = parts[i + 1]?.title === "stderr" ? parts[i + 1]!.body : "";
    const manifests = parseAllDocuments(files.get(file ?? "") ?? "").map((d) => d.toJS());
    return file === undefined ? [] : manifests.flatMap((manifest) => refusalOf(file, manifest, said) ?? []);
  });
}

function refusalOf(file: string, manifest: any, said: string): Refusal | undefined {
  const opening = `"${manifest?.metadata?.name}" is invalid: `;
  const at = said.indexOf(opening);
  if (at < 0) return undefined;
  const rest = said.slice(at + opening.length).replace(/\n$/, "");
  const list = rest.startsWith("\n* ") ? rest.slice(3).split("\n* ") : undefined;
  const line = rest.split("\nError from server")[0]!;
  const messages = list ?? (line.startsWith("[") ? line.slice(1, -1).split(/, (?=spec\.)/) : [line]);
  return { file, manifest, messages };
}

/** Metadata is the generic store's; addresses and node ports are the allocators'. */
const isElsewhere = (message: string): boolean =>
  /^metadata\.(name: Invalid value: "[A-Z]|labels|annotations)/.test(message) ||
  /in the valid range|failed to allocate|already allocated/.test(message);

const transcripts = [
  "kinds-admission-policy",
  "kinds-crd-validation",
  "kinds-csr",
  "kinds-invalid-pod",
  "kinds-invalid-rbac-names",
  "kinds-invalid-services",
  "kinds-invalid-workloads",
  "kinds-network",
  "kinds-priorityclass",
];

describe.each(transcripts)("%s", (transcript) => {
  const cases = refused(transcript).filter(({ manifest, messages }) =>
    catalog.some((d) => d.kind === manifest.kind && !messages.every(isElsewhere)),
  );
  test.each(cases.map((c) => [c.file, c] as const))("%s", async (_, { manifest, messages }) => {
    const [group, version] = manifest.apiVersion.includes("/") ? manifest.apiVersion.split("/") : ["", "v1"];
    const row = catalog.find((d) => d.kind === manifest.kind && d.group === group && d.version === version);
    const found = refusals(await row!.facets.strategy!(), manifest);
    expect(found).toEqual(messages.filter((m) => !isElsewhere(m)));
  });
});
