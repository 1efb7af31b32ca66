import type { ApiResponse } from "../../client/transport.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { noSuchResource, StatusError } from "../../machinery/status-error.ts";
import { remoteApis } from "../aggregation/remote-apis.ts";
import type { RequestContext } from "../context.ts";
import { parseAccept } from "../negotiate.ts";
import {
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  type DiscoveredGroup,
  groupDiscoveryList,
  groupsOf,
} from "./documents.ts";
import { serveHealth } from "./health.ts";

const json = (body: JsonObject): ApiResponse => ({ kind: "object", code: 200, body });

/** The documents that upstream writes for human eyes go out as text. Mirrors responsewriters.WriteRawJSON. */
const indented = (body: JsonObject): ApiResponse => ({
  kind: "text",
  code: 200,
  contentType: "application/json",
  body: JSON.stringify(body, undefined, 2),
});

/** Everything that is not a resource: discovery, version, health, OpenAPI, metrics. Throws NotFound for the rest. */
export async function serveNonResource(ctx: RequestContext): Promise<ApiResponse> {
  const parts = ctx.info.path.split("/").filter((p) => p !== "");
  if (ctx.request.method !== "GET" && ctx.request.method !== "HEAD") throw methodNotAllowed();
  const answer = await servePath(ctx, parts);
  if (answer === undefined) throw noSuchResource();
  return answer;
}

function methodNotAllowed(): StatusError {
  return new StatusError({
    message: "the server does not allow this method on the requested resource",
    reason: "MethodNotAllowed",
    details: {},
    code: 405,
  });
}

async function servePath(ctx: RequestContext, parts: readonly string[]): Promise<ApiResponse | undefined> {
  switch (parts[0]) {
    case undefined:
      return indented({ paths: await rootPaths(ctx) });
    case "api":
    case "apis":
      return serveDiscovery(ctx, parts);
    case "version":
      return parts.length === 1 ? indented(versionInfo(ctx.server.settings.gitVersion)) : undefined;
    case "healthz":
    case "livez":
    case "readyz":
      return serveHealth(ctx, parts);
    case "openapi":
      return (await import("../openapi/serve.ts")).serveOpenApi(ctx, parts.slice(1));
    case "openid":
    case ".well-known":
      return (await import("../authn/service-account-issuer.ts")).serveIssuer(ctx, parts);
    case "metrics":
      return parts.length === 1 ? (await import("./metrics.ts")).serveMetrics(ctx) : undefined;
    default:
      return undefined;
  }
}

async function rootPaths(ctx: RequestContext): Promise<readonly string[]> {
  const groups = groupsOf(await ctx.server.resources.all());
  const apis = groups
    .filter((g) => g.name !== "")
    .flatMap((g) => [`/apis/${g.name}`, ...g.versions.map((v) => `/apis/${g.name}/${v.version}`)]);
  const others = ["/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/readyz", "/version"];
  return [".well-known/openid-configuration", "/api", "/api/v1", "/apis", ...apis.sort(), ...others].map((p) =>
    p.startsWith("/") ? p : `/${p}`,
  );
}

/** Whether the client takes aggregated discovery, and in which version. */
function aggregatedVersion(ctx: RequestContext): string | undefined {
  for (const { parameters } of parseAccept(ctx.request.headers?.["accept"])) {
    if (parameters["as"] === "APIGroupDiscoveryList" && parameters["g"] === "apidiscovery.k8s.io") {
      const version = parameters["v"];
      if (version === "v2" || version === "v2beta1") return version;
    }
  }
  return undefined;
}

async function serveDiscovery(ctx: RequestContext, parts: readonly string[]): Promise<ApiResponse | undefined> {
  const groups = groupsOf(await ctx.server.resources.all());
  const legacy = parts[0] === "api";
  if (parts.length === 1) return discoveryRoot(ctx, groups, legacy);
  const group = groups.find((g) => g.name === (legacy ? "" : parts[1]));
  if (group === undefined) return legacy || parts.length > 2 ? undefined : remoteGroup(ctx, parts[1]!);
  if (!legacy && parts.length === 2) return json({ kind: "APIGroup", apiVersion: "v1", ...apiGroup(group) });
  const version = group.versions.find((v) => v.version === parts[legacy ? 1 : 2]);
  return version && json(apiResourceList(group.name, version.version, version.resources));
}

/** A group that only services of the cluster serve. */
async function remoteGroup(ctx: RequestContext, name: string): Promise<ApiResponse | undefined> {
  if (remoteApis(ctx.server.store).length === 0) return undefined;
  const { remoteGroups } = await import("../aggregation/remote-discovery.ts");
  const found = remoteGroups(ctx).find((g) => g["name"] === name);
  return found && json({ kind: "APIGroup", apiVersion: "v1", ...found });
}

async function discoveryRoot(
  ctx: RequestContext,
  groups: readonly DiscoveredGroup[],
  legacy: boolean,
): Promise<ApiResponse> {
  const aggregated = aggregatedVersion(ctx);
  const remote =
    legacy || remoteApis(ctx.server.store).length === 0
      ? undefined
      : await import("../aggregation/remote-discovery.ts");
  const known = new Set(groups.map((g) => g.name));
  const isNew = (name: string): boolean => !known.has(name);
  if (aggregated === undefined) {
    if (legacy) return json(apiVersions(ctx.server.settings.serverAddress));
    const list = apiGroupList(groups);
    const more = remote?.remoteGroups(ctx).filter((g) => isNew(g["name"])) ?? [];
    return json(more.length === 0 ? list : { ...list, groups: [...list["groups"], ...more] });
  }
  const body = groupDiscoveryList(
    groups.filter((g) => (g.name === "") === legacy),
    aggregated,
  );
  const more = (await remote?.remoteGroupDiscovery(ctx))?.filter((g) => isNew(g["metadata"].name)) ?? [];
  if (more.length > 0) body["items"] = [...body["items"], ...more];
  const contentType = `application/json;g=apidiscovery.k8s.io;v=${aggregated};as=APIGroupDiscoveryList`;
  return { kind: "object", code: 200, body, headers: { "content-type": contentType } };
}

/** version.Info of a release. */
function versionInfo(gitVersion: string): JsonObject {
  const [major = "1", minor = "0"] = gitVersion.replace(/^v/, "").split(".");
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion,
    gitCommit: "8adc0f041b8e7ad1d30e29cc59c6ae7a15e19828",
    gitTreeState: "clean",
    buildDate: "2025-05-15T08:19:08Z",
    goVersion: "go1.24.2",
    compiler: "gc",
    platform: "linux/amd64",
  };
}
