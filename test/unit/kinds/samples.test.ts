import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalog } from "../../../src/kinds/catalog.ts";
import { refusals, updateRefusals } from "../../support/kinds.ts";

const resources = catalog.filter((d) => d.facets.strategy !== undefined && d.storage === undefined);
const fileOf = (d: (typeof resources)[number]): string =>
  `fixtures/manifests/kinds/${d.group === "" ? d.resource : `${d.resource}.${d.group}`}.yaml`;

describe("the sample manifest of each kind", () => {
  it.each(resources.map((d) => [fileOf(d), d] as const))("%s is valid, created and unchanged", async (file, d) => {
    expect(existsSync(file)).toBe(true);
    const strategy = await d.facets.strategy!();
    const manifest = readFileSync(file, "utf8");
    expect(refusals(strategy, manifest)).toEqual([]);
    expect(updateRefusals(strategy, manifest, () => {})).toEqual([]);
  });
});
