import type { ApiResponse } from "../../client/transport.ts";
import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import type { ResourceContext } from "../context.ts";
import { negotiate } from "../negotiate.ts";
import { toPartial } from "../present/partial.ts";
import { tableOptions } from "../present/present.ts";
import { loadTable, toTable } from "../present/table.ts";
import { conversionOf } from "../rest/conversion.ts";
import { type RawEvent, watchObjects } from "../rest/watch.ts";

/** A stream of {type, object}. */
export async function watch(ctx: ResourceContext): Promise<ApiResponse> {
  const transform = await frameTransform(ctx);
  const events = watchObjects(ctx);
  return { kind: "stream", code: 200, contentType: "application/json;stream=watch", frames: mapped(events, transform) };
}

async function* mapped(
  events: AsyncIterable<RawEvent>,
  transform: (object: JsonObject, event: RawEvent) => JsonObject,
): AsyncIterable<JsonObject> {
  for await (const event of events) yield { type: event.type, object: transform(event.object, event) };
}

async function frameTransform(ctx: ResourceContext): Promise<(object: JsonObject, event: RawEvent) => JsonObject> {
  const { as, version } = negotiate(ctx.request);
  const conversion = await conversionOf(ctx.definition);
  const own = (object: JsonObject): KubeObject => conversion.fromStorage(object as KubeObject);
  if (as === "object") return (object, event) => (event.type === "BOOKMARK" ? object : own(object));
  if (as !== "Table") return (object, event) => (event.type === "ERROR" ? object : toPartial(own(object), version));
  const facet = await loadTable(ctx.definition);
  const options = tableOptions(ctx.request, version);
  let first = true;
  return (object, event) => {
    if (event.type === "ERROR") return object;
    const objects = event.type === "BOOKMARK" ? [] : [own(object)];
    const metadata = { resourceVersion: (object as KubeObject).metadata.resourceVersion };
    // Only the first frame names the columns. A row's age is as of the frame, not as of the watch's start.
    const table = toTable(facet, objects, metadata, { ...options, noHeaders: !first }, ctx.server.now());
    first = false;
    return table;
  };
}
