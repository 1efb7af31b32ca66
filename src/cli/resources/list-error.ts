import type { ApiResource } from "../../client/rest-mapper.ts";
import { StatusError } from "../../machinery/status-error.ts";

/** A refused list, told with what was looked for. Mirrors resource.EnhanceListError. */
export function enhanceListError(
  error: unknown,
  resource: Pick<ApiResource, "group" | "version" | "resource">,
  label: string,
  field: string,
): unknown {
  if (!(error instanceof StatusError) || (error.reason !== "BadRequest" && error.reason !== "NotFound")) return error;
  const group = resource.group === "" ? `/${resource.version}` : `${resource.group}/${resource.version}`;
  const subject = JSON.stringify(`${group}, Resource=${resource.resource}`);
  const message =
    label === "" && field === ""
      ? `Unable to list ${subject}: ${error.message}`
      : `Unable to find ${subject} that match label selector ${JSON.stringify(label)}, field selector ${JSON.stringify(field)}: ${error.message}`;
  return new StatusError({ ...error.status, message });
}
