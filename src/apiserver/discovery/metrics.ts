import type { ApiResponse } from "../../client/transport.ts";
import type { RequestContext } from "../context.ts";
import { prefixOf } from "../resources.ts";

/** /metrics: what can be told of the present state; a simulated server counts no requests. */
export async function serveMetrics(ctx: RequestContext): Promise<ApiResponse> {
  const lines = [
    "# HELP apiserver_storage_objects [STABLE] Number of stored objects at the time of last check split by kind.",
    "# TYPE apiserver_storage_objects gauge",
  ];
  const counts = new Map<string, number>();
  for (const definition of await ctx.server.resources.all()) {
    if (!definition.verbs.includes("list") || definition.storage !== undefined) continue;
    const name = definition.group === "" ? definition.resource : `${definition.resource}.${definition.group}`;
    counts.set(name, ctx.server.store.list(prefixOf(definition, "")).length);
  }
  for (const [name, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
    lines.push(`apiserver_storage_objects{resource=${JSON.stringify(name)}} ${count}`);
  const [major, minor] = ctx.server.settings.gitVersion.replace(/^v/, "").split(".");
  lines.push(
    "# HELP kubernetes_build_info [ALPHA] A constant 1, labeled by the version.",
    "# TYPE kubernetes_build_info gauge",
    `kubernetes_build_info{git_version=${JSON.stringify(ctx.server.settings.gitVersion)},major=${JSON.stringify(major)},minor=${JSON.stringify(minor)}} 1`,
  );
  return {
    kind: "text",
    code: 200,
    contentType: "text/plain; version=0.0.4; charset=utf-8",
    body: `${lines.join("\n")}\n`,
  };
}
