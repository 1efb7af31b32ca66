import type { ApiResponse } from "../../client/transport.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { methodNotSupported, notFound } from "../../machinery/status-error.ts";
import type { ResourceContext } from "../context.ts";
import { presentList, presentObject } from "../present/present.ts";
import { decodeBody } from "./codec.ts";

/** Serves a resource that is computed, not stored. */
export type VirtualHandler = (ctx: ResourceContext) => Promise<ApiResponse>;

const review = async (): Promise<VirtualHandler> => (await import("./reviews.ts")).serveReview;

const HANDLERS: Readonly<Record<string, () => Promise<VirtualHandler>>> = {
  "/componentstatuses": async () => componentStatuses,
  "/bindings": async () => bindings,
  "authentication.k8s.io/selfsubjectreviews": review,
  "authentication.k8s.io/tokenreviews": review,
  "authorization.k8s.io/localsubjectaccessreviews": review,
  "authorization.k8s.io/selfsubjectaccessreviews": review,
  "authorization.k8s.io/selfsubjectrulesreviews": review,
  "authorization.k8s.io/subjectaccessreviews": review,
};

/** Serves it. */
export async function serveVirtual(ctx: ResourceContext): Promise<ApiResponse> {
  const load = HANDLERS[`${ctx.definition.group}/${ctx.definition.resource}`];
  if (load === undefined) throw methodNotSupported(ctx.definition, ctx.info.verb);
  return (await load())(ctx);
}

const COMPONENTS: readonly [string, string][] = [
  ["controller-manager", "ok"],
  ["scheduler", "ok"],
  ["etcd-0", "ok"],
];

function componentStatus([name, message]: readonly [string, string]): KubeObject {
  return {
    kind: "ComponentStatus",
    apiVersion: "v1",
    metadata: { name, creationTimestamp: null },
    conditions: [{ type: "Healthy", status: "True", message }],
  };
}

/** What the control plane's parts answered to a health check just now. Mirrors registry/core/componentstatus. */
const componentStatuses: VirtualHandler = async (ctx) => {
  const all = COMPONENTS.map(componentStatus);
  if (ctx.info.verb === "list") return presentList(ctx.request, ctx.definition, all, {}, ctx.now);
  const found = all.find((c) => c.metadata.name === ctx.info.name);
  if (found === undefined) throw notFound(ctx.definition, ctx.info.name);
  return presentObject(ctx.request, ctx.definition, found, ctx.now);
};

/** POST of a Binding names its pod in metadata. Mirrors registry/core/pod/storage LegacyBindingREST. */
const bindings: VirtualHandler = async (ctx) => {
  const binding = await decodeBody(ctx, ctx.definition);
  const pods = await ctx.server.resources.find("", "v1", "pods");
  const { bindPod } = await import("./subresources/binding.ts");
  const { loadStrategy } = await import("./strategy.ts");
  const name = binding.metadata.name ?? "";
  const own = {
    ...ctx,
    definition: pods!,
    stored: pods!,
    strategy: await loadStrategy(pods!),
    info: { ...ctx.info, name },
  };
  await bindPod(own, name, binding);
  return {
    kind: "object",
    code: 201,
    body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 },
  };
};
