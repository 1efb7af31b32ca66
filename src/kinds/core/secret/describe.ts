import type { DescribeFacet } from "../../definition.ts";
import { field, heading } from "../../shared/describe/fields.ts";
import type { Secret } from "../../types/core_v1.ts";

/** Sizes only, but for the token of a service account. Mirrors describe.describeSecret. */
export const describe: DescribeFacet<Secret> = {
  describe: (secret, _context, out) => {
    heading(out, secret, "namespaced");
    out.write(0, `\nType:\t${secret.type ?? ""}\n`);
    out.write(0, "\nData\n====\n");
    const data = secret.data ?? {};
    for (const key of Object.keys(data).sort()) {
      const value = Buffer.from(data[key]!, "base64");
      const isToken = key === "token" && secret.type === "kubernetes.io/service-account-token";
      field(out, key, isToken ? value.toString() : `${value.length} bytes`);
    }
  },
};
