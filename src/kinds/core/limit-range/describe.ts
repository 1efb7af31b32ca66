import type { DescribeFacet } from "../../definition.ts";
import { field } from "../../shared/describe/fields.ts";
import { limitTable } from "../../shared/describe/quotas.ts";
import type { LimitRange } from "../../types/core_v1.ts";

/** Mirrors describe.describeLimitRange. */
export const describe: DescribeFacet<LimitRange> = {
  describe: (range, _context, out) => {
    field(out, "Name", range.metadata.name ?? "");
    field(out, "Namespace", range.metadata.namespace ?? "");
    limitTable(out, [range], "");
  },
};
