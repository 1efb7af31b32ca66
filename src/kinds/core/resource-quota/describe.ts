import type { DescribeFacet } from "../../definition.ts";
import { field, headers, rows } from "../../shared/describe/fields.ts";
import { quotaRows, quotaScopes } from "../../shared/describe/quotas.ts";
import type { ResourceQuota } from "../../types/core_v1.ts";

/** Mirrors describe.describeQuota. */
export const describe: DescribeFacet<ResourceQuota> = {
  describe: (quota, _context, out) => {
    field(out, "Name", quota.metadata.name ?? "");
    field(out, "Namespace", quota.metadata.namespace ?? "");
    quotaScopes(out, quota, 0, " * ");
    rows(out, 0, [...headers("Resource", "Used", "Hard"), ...quotaRows(quota, true)]);
  },
};
