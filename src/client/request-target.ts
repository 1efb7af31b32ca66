import { badRequest } from "../machinery/status-error.ts";

/** A request's path, decoded, and its parameters, each with its values in order. */
export interface RequestTarget {
  readonly path: string;
  readonly query: Readonly<Record<string, readonly string[]>>;
}

/** Splits an HTTP request target ("/api/v1/pods?limit=1"). Throws BadRequest where the path's escapes are wrong. Mirrors net/url ParseRequestURI. */
export function parseTarget(target: string): RequestTarget {
  const mark = target.indexOf("?");
  const path = decode(mark < 0 ? target : target.slice(0, mark));
  // Names come from outside: "__proto__" is a parameter like any other.
  const query: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1))) {
    const values = query[name] ?? [];
    values.push(value);
    query[name] = values;
  }
  return { path, query };
}

/** Whether an answer is to be indented: asked for with `pretty`, or read by a person. Mirrors negotiation.isPrettyPrint. */
export function wantsPretty(
  query: Readonly<Record<string, string | readonly string[] | undefined>> | undefined,
  userAgent: string | undefined,
): boolean {
  const asked = query?.["pretty"];
  const value = typeof asked === "string" ? asked : asked?.[0];
  if (value !== undefined) return value !== "0" && value !== "false";
  return /^(curl|Wget|Mozilla\/5\.0)/.test(userAgent ?? "");
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw badRequest(`invalid URL escape in ${JSON.stringify(path)}`);
  }
}
