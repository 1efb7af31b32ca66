import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadTable } from "../../src/apiserver/present/table.ts";
import { describeObject } from "../../src/cli/describe/describe-object.ts";
import type { Session } from "../../src/cli/session.ts";
import type { ApiResource } from "../../src/client/rest-mapper.ts";
import { catalog } from "../../src/kinds/catalog.ts";
import type { ColumnDefinition, ResourceDefinition } from "../../src/kinds/definition.ts";
import { apiVersionOf, type JsonObject, type KubeObject } from "../../src/machinery/object.ts";
import { isAlreadyExists } from "../../src/machinery/status-error.ts";
import { alignTabs, tableTabs } from "../../src/machinery/tabwriter.ts";
import { createTestServer, type TestServer } from "../support/test-server.ts";

// Descriptions show times in the user's zone.
process.env["TZ"] = "UTC";

const root = new URL("../../", import.meta.url);
const recorded: Readonly<Record<string, readonly Required<ColumnDefinition>[]>> = JSON.parse(
  readFileSync(new URL("schemas/table-columns.json", root), "utf8"),
);
const listable = catalog.filter((d) => d.verbs.includes("list"));
const keyOf = (d: ResourceDefinition): string => `${apiVersionOf(d)}/${d.resource}`;

test.each(listable.map((d) => [keyOf(d), d] as const))(
  "%s has the columns of an apiserver",
  async (key, definition) => {
    const { columns } = await loadTable(definition);
    const shape = (c: ColumnDefinition) => `${c.name} ${c.type} ${c.format ?? ""} ${c.priority ?? 0}`;
    expect(columns.map(shape)).toEqual(recorded[key]!.map(shape));
  },
);

test("every recorded table belongs to a row of the catalog", () => {
  expect(Object.keys(recorded).filter((key) => !listable.some((d) => keyOf(d) === key))).toEqual([]);
});

/** The sample manifest of a kind; versions of one resource share it. */
const sampleOf = ({ group, resource }: ResourceDefinition): URL =>
  new URL(`fixtures/manifests/kinds/${group === "" ? resource : `${resource}.${group}`}.yaml`, root);

const sampled = listable.filter((d) => d.verbs.includes("create"));

test("every kind that can be created has a sample", () => {
  expect(sampled.filter((d) => !existsSync(sampleOf(d))).map(keyOf)).toEqual([]);
});

const resourceOf = (d: ResourceDefinition): ApiResource => ({ shortNames: [], categories: [], ...d, subresources: [] });

/** What changes with every other change of the server. */
const masked = (text: string): string =>
  text
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "UID")
    .replaceAll(/(Resource Version: +)\d+/g, "$1N")
    .replaceAll(/(kube-api-access-)[a-z0-9]{5}\b/g, "$1XXXXX")
    .replaceAll(/\b10\.96\.\d+\.\d+\b/g, "10.96.X.X");

describe("the sample of each kind, as kubectl shows it a minute and a half later", () => {
  let server: TestServer;
  let session: Session;

  beforeAll(async () => {
    server = await createTestServer();
    session = {
      client: async () => server.client,
      transport: async () => server.transport,
      now: () => server.now,
      clusterNow: () => server.now,
    } as unknown as Session;
    for (const d of sampled) await createSample(d);
    server.now += 90_000;
  });

  async function createSample(d: ResourceDefinition): Promise<void> {
    const manifest: KubeObject = parse(readFileSync(sampleOf(d), "utf8"));
    if (manifest.apiVersion !== apiVersionOf(d)) return;
    try {
      await server.client.create(pathOf(d, manifest), manifest);
    } catch (error) {
      if (!isAlreadyExists(error)) throw new Error(`${keyOf(d)}: ${(error as Error).message}`);
    }
  }

  function pathOf(d: ResourceDefinition, { metadata }: KubeObject) {
    const { group, version, resource } = d;
    return { group, version, resource, ...(d.namespaced ? { namespace: metadata.namespace ?? "default" } : {}) };
  }

  async function wideTable(d: ResourceDefinition, manifest: KubeObject): Promise<string> {
    const { namespace, ...path } = pathOf(d, manifest);
    const prefix = d.group === "" ? `/api/${path.version}` : `/apis/${apiVersionOf(path)}`;
    const { columnDefinitions, rows } = await server.body({
      method: "GET",
      path: `${prefix}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${d.resource}/${manifest.metadata.name}`,
      headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" },
    });
    expect(rows[0].cells.length).toBeGreaterThanOrEqual(columnDefinitions.length);
    const heads = columnDefinitions.map((c: JsonObject) => c["name"].toUpperCase());
    const cells = rows[0].cells.slice(0, heads.length).map((c: unknown) => String(c));
    return alignTabs(`${heads.join("\t")}\n${cells.join("\t")}\n`, tableTabs);
  }

  test.each(sampled.map((d) => [keyOf(d), d] as const))("%s", async (key, d) => {
    const manifest: KubeObject = parse(readFileSync(sampleOf(d), "utf8"));
    const object = await server.client.get<KubeObject>(pathOf(d, manifest), manifest.metadata.name!);
    const table = await wideTable(d, manifest);
    const description = await describeObject(session, resourceOf(d), object, { showEvents: true, chunkSize: 500 });
    const file = new URL(`test/golden/kinds/${key.replaceAll("/", "_")}.txt`, root).pathname;
    await expect(masked(`${table}\n${description}`)).toMatchFileSnapshot(file);
  });
});
