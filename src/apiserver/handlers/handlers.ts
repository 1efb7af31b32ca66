import type { ApiResponse } from "../../client/transport.ts";
import type { Verb } from "../../kinds/definition.ts";
import type { ResourceContext } from "../context.ts";

/** Serves one verb of a resource. */
export type VerbHandler = (ctx: ResourceContext) => Promise<ApiResponse>;

/** The verbs; reading loads no code for writing. */
export const handlers: Readonly<Record<Verb, VerbHandler>> = {
  get: async (ctx) => (await import("./read.ts")).get(ctx),
  list: async (ctx) => (await import("./read.ts")).list(ctx),
  watch: async (ctx) => (await import("./watch.ts")).watch(ctx),
  create: async (ctx) => (await import("./write.ts")).create(ctx),
  update: async (ctx) => (await import("./write.ts")).update(ctx),
  patch: async (ctx) => (await import("./patch.ts")).patch(ctx),
  delete: async (ctx) => (await import("./delete.ts")).remove(ctx),
  deletecollection: async (ctx) => (await import("./delete.ts")).removeCollection(ctx),
};
