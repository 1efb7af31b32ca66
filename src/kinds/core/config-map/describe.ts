import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { writeEvents } from "../../shared/describe/events.ts";
import { heading } from "../../shared/describe/fields.ts";
import type { ConfigMap } from "../../types/core_v1.ts";

async function describeConfigMap(map: ConfigMap, context: DescribeContext, out: DescribeWriter): Promise<void> {
  const { data = {}, binaryData = {} } = map;
  heading(out, map, "namespaced");
  out.write(0, "\nData\n====\n");
  for (const key of Object.keys(data).sort()) {
    out.write(0, `${key}:\n----\n`);
    out.write(0, `${data[key]}\n`);
    out.write(0, "\n");
  }
  out.write(0, "\nBinaryData\n====\n");
  for (const key of Object.keys(binaryData).sort())
    out.write(0, `${key}: ${Buffer.from(binaryData[key]!, "base64").length} bytes\n`);
  out.write(0, "\n");
  // Unlike elsewhere, events that cannot be read fail the whole.
  if (context.showEvents) writeEvents(await context.events(map), context.now, out);
}

/** Mirrors describe.ConfigMapDescriber. */
export const describe: DescribeFacet<ConfigMap> = { describe: describeConfigMap };
