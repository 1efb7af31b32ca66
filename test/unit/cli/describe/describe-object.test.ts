import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describeObject } from "../../../../src/cli/describe/describe-object.ts";
import type { Session } from "../../../../src/cli/session.ts";
import type { ListOptions, ResourcePath } from "../../../../src/client/client.ts";
import type { ApiResource } from "../../../../src/client/rest-mapper.ts";
import { catalog } from "../../../../src/kinds/catalog.ts";
import { type KubeObject, parseApiVersion } from "../../../../src/machinery/object.ts";
import { labelsMatch, parseLabelSelector } from "../../../../src/machinery/selectors/label.ts";
import { notFound } from "../../../../src/machinery/status-error.ts";

// Times are shown in the user's zone.
process.env["TZ"] = "UTC";

const folder = new URL("../../../golden/describe/", import.meta.url);
/** A cluster's objects, and beside them what kubectl 1.33.1 printed for `describe --show-events=false`. */
const objects: readonly KubeObject[] = JSON.parse(readFileSync(new URL("objects.json", folder), "utf8"));

const resourceNamed = ({ apiVersion, kind }: KubeObject): ApiResource => {
  const { group, version } = parseApiVersion(apiVersion);
  const known = catalog.find((d) => d.group === group && d.kind === kind);
  const resource = known?.resource ?? `${kind.toLowerCase()}s`;
  const common = { shortNames: [], categories: [], subresources: [], verbs: [] };
  return { group, version, kind, resource, singular: kind.toLowerCase(), namespaced: true, ...common };
};

const at = (path: ResourcePath) => (o: KubeObject) =>
  resourceNamed(o).group === path.group &&
  resourceNamed(o).resource === path.resource &&
  (path.namespace === undefined || o.metadata.namespace === path.namespace);

const client = {
  async get(path: ResourcePath, name: string): Promise<KubeObject> {
    const found = objects.filter(at(path)).find((o) => o.metadata.name === name);
    if (found === undefined) throw notFound(path, name);
    return found;
  },
  async list(path: ResourcePath, { labelSelector = "" }: ListOptions = {}) {
    const terms = parseLabelSelector(labelSelector);
    return { metadata: {}, items: objects.filter(at(path)).filter((o) => labelsMatch(terms, o.metadata.labels)) };
  },
};

const now = (): number => Date.UTC(2026, 10, 20, 12);
const session = { client: async () => client, clusterNow: now } as unknown as Session;
const goldens = readdirSync(folder).filter((f) => f.endsWith(".txt"));

test.each(goldens)("%s is what kubectl prints", async (file) => {
  const [resource, name] = /^([a-z]+)-(.*)\.txt$/.exec(file)!.slice(1);
  const object = objects.find((o) => o.metadata.name === name && resourceNamed(o).resource === resource)!;
  const text = await describeObject(session, resourceNamed(object), object, { showEvents: false, chunkSize: 500 });
  expect(text).toBe(readFileSync(new URL(file, folder), "utf8"));
});
