import { StatusError } from "../../../machinery/status-error.ts";
import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { timedConditions } from "../../shared/describe/conditions.ts";
import { field, heading } from "../../shared/describe/fields.ts";
import { describeLimitRanges, describeQuotas } from "../../shared/describe/quotas.ts";
import type { LimitRange, Namespace, ResourceQuota } from "../../types/core_v1.ts";

/** All of a resource in the namespace; undefined where the server has no such resource. */
async function listed<T>(context: DescribeContext, resource: string, namespace: string): Promise<T[] | undefined> {
  try {
    return (await context.list("", "v1", resource, namespace)) as readonly unknown[] as T[];
  } catch (error) {
    if (error instanceof StatusError && error.reason === "NotFound") return undefined;
    throw error;
  }
}

async function describeNamespace(namespace: Namespace, context: DescribeContext, out: DescribeWriter): Promise<void> {
  const name = namespace.metadata.name ?? "";
  const quotas = await listed<ResourceQuota>(context, "resourcequotas", name);
  const limits = await listed<LimitRange>(context, "limitranges", name);
  heading(out, namespace, "cluster");
  field(out, "Status", namespace.status?.phase ?? "");
  if (namespace.status?.conditions?.length) timedConditions(out, namespace.status.conditions);
  if (quotas !== undefined) {
    out.write(0, "\n");
    describeQuotas(out, quotas);
  }
  if (limits !== undefined) {
    out.write(0, "\n");
    describeLimitRanges(out, limits);
  }
}

/** Mirrors describe.describeNamespace. */
export const describe: DescribeFacet<Namespace> = { describe: describeNamespace };
