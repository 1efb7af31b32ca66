import type { ResourcePath } from "../../client/client.ts";

/** The address of a resource, or of a resource in a namespace. */
export const path = (group: string, version: string, resource: string, namespace?: string): ResourcePath => ({
  group,
  version,
  resource,
  ...(namespace ? { namespace } : {}),
});

/** The address of a core/v1 resource. */
export const core = (resource: string, namespace?: string): ResourcePath => path("", "v1", resource, namespace);

/** The address of an apps/v1 resource. */
export const apps = (resource: string, namespace?: string): ResourcePath => path("apps", "v1", resource, namespace);

/** The address of a batch/v1 resource. */
export const batch = (resource: string, namespace?: string): ResourcePath => path("batch", "v1", resource, namespace);
