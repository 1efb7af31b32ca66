import type { ApiRequest } from "../client/transport.ts";
import { badRequest } from "../machinery/status-error.ts";

/** The first value of a query parameter; undefined where absent. */
export function queryText(request: Pick<ApiRequest, "query">, name: string): string | undefined {
  const query = request.query;
  if (query === undefined || !Object.hasOwn(query, name)) return undefined;
  const value = query[name];
  return typeof value === "string" ? value : value?.[0];
}

/** All values of a query parameter. */
export function queryAll(request: Pick<ApiRequest, "query">, name: string): readonly string[] {
  const query = request.query;
  if (query === undefined || !Object.hasOwn(query, name)) return [];
  const value = query[name]!;
  return typeof value === "string" ? [value] : value;
}

/** A boolean parameter as apimachinery converts it: present and neither "false" nor "0" is true. */
export function queryFlag(request: Pick<ApiRequest, "query">, name: string): boolean {
  const value = queryText(request, name);
  if (value === undefined) return false;
  const lower = value.toLowerCase();
  return lower !== "false" && lower !== "0";
}

/** An integer parameter; throws BadRequest with strconv's words. */
export function queryInteger(request: Pick<ApiRequest, "query">, name: string): number | undefined {
  const value = queryText(request, name);
  if (value === undefined || value === "") return undefined;
  if (!/^[+-]?\d{1,19}$/.test(value))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  return Number(value);
}
