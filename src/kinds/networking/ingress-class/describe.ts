import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { field, heading } from "../../shared/describe/fields.ts";
import type { IngressClass } from "../../types/networking_v1.ts";

async function describeClass(ingressClass: IngressClass, context: DescribeContext, out: DescribeWriter): Promise<void> {
  heading(out, ingressClass, "cluster");
  field(out, "Controller", ingressClass.spec?.controller ?? "");
  const parameters = ingressClass.spec?.parameters;
  if (parameters) {
    out.write(0, "Parameters:\n");
    if (parameters.apiGroup != null) field(out, "APIGroup", parameters.apiGroup, 1);
    field(out, "Kind", parameters.kind, 1);
    field(out, "Name", parameters.name, 1);
  }
  await describeEvents(ingressClass, context, out);
}

/** Mirrors describe.describeIngressClassV1. */
export const describe: DescribeFacet<IngressClass> = { describe: describeClass };
