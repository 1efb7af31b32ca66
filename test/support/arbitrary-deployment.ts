import fc from "fast-check";
import type { JsonObject } from "../../src/machinery/object.ts";

const name = fc.constantFrom("a", "b", "c", "d", "e");
const word = fc.constantFrom("x", "y", "z");
const some = (model: Record<string, fc.Arbitrary<unknown>>, required: string[] = []): fc.Arbitrary<JsonObject> =>
  fc.record(model, { requiredKeys: required, noNullPrototype: true }) as fc.Arbitrary<JsonObject>;
const keyed = (item: fc.Arbitrary<JsonObject>, key: string): fc.Arbitrary<JsonObject[]> =>
  fc.uniqueArray(item, { maxLength: 4, selector: (i) => i[key] });

const port = some({ containerPort: fc.integer({ min: 80, max: 84 }), protocol: fc.constant("TCP"), name: word }, [
  "containerPort",
  "protocol",
]);
const container = some(
  {
    name,
    image: word,
    command: fc.array(word, { minLength: 1, maxLength: 2 }),
    env: keyed(some({ name, value: word }, ["name"]), "name").filter((l) => l.length > 0),
    ports: keyed(port, "containerPort").filter((l) => l.length > 0),
    resources: some({ limits: some({ cpu: fc.constantFrom("1", "2") }, ["cpu"]) }),
  },
  ["name"],
);
const podSpec = some({
  containers: keyed(container, "name").filter((l) => l.length > 0),
  volumes: keyed(some({ name, emptyDir: fc.constant({}) }, ["name"]), "name").filter((l) => l.length > 0),
  tolerations: fc.array(some({ key: word }, ["key"]), { minLength: 1, maxLength: 2 }),
  nodeSelector: fc.dictionary(name, word, { minKeys: 1, noNullPrototype: true }),
  hostname: word,
});

/** A deployment with lists of every kind of merging; nothing in it is empty. */
export const deployment: fc.Arbitrary<JsonObject> = some(
  {
    apiVersion: fc.constant("apps/v1"),
    kind: fc.constant("Deployment"),
    metadata: some(
      {
        name: fc.constant("web"),
        // Sorted: upstream compares lists of scalars with the old one after sorting it in place.
        finalizers: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }).map((list) => list.sort()),
        labels: fc.dictionary(name, word, { minKeys: 1, noNullPrototype: true }),
      },
      ["name"],
    ),
    spec: some(
      {
        replicas: fc.nat(3),
        strategy: some({ type: word, rollingUpdate: some({ maxSurge: fc.nat(3) }, ["maxSurge"]) }, ["type"]),
        template: some({ spec: podSpec }, ["spec"]),
      },
      ["template"],
    ),
  },
  ["apiVersion", "kind", "metadata", "spec"],
);
