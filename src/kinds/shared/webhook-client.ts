import { type FieldError, GoLiteral, invalid, required } from "../../machinery/field-error.ts";
import { dns1035LabelErrors, dns1123SubdomainErrors, portNumberErrors } from "../../machinery/names.ts";
import type { ServiceReference } from "../types/admissionregistration_v1.ts";
import { invalidEach } from "./check.ts";
import { goStrings } from "./go-syntax.ts";

/** Where a webhook is called: by URL or by service, one of both. */
export function checkWebhookClient(
  config: { readonly url?: string; readonly service?: ServiceReference } | undefined,
  field: string,
): FieldError[] {
  const url = config?.url;
  const service = config?.service;
  if ((url === undefined) === (service === undefined))
    return [required(field, "exactly one of url or service is required")];
  return url === undefined ? checkService(service!, `${field}.service`) : checkUrl(url, `${field}.url`);
}

const urlForm = "; desired format: https://host[/path]";

/** Mirrors util/webhook ValidateWebhookURL. */
function checkUrl(text: string, field: string): FieldError[] {
  const match = /^([a-zA-Z][a-zA-Z0-9+.-]*:)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?[^?#]*(\?[^#]*)?(#.*)?$/.exec(text);
  if (!match) return [invalid(field, text, `url must be a valid URL${urlForm}`)];
  const [, scheme = "", user, host = "", query = "", fragment = ""] = match;
  const errors: FieldError[] = [];
  if (scheme !== "https:")
    errors.push(invalid(field, scheme.replace(/:$/, ""), `'https' is the only allowed URL scheme${urlForm}`));
  if (host === "") errors.push(invalid(field, host, `host must be specified${urlForm}`));
  if (user !== undefined) errors.push(invalid(field, user, "user information is not permitted in the URL"));
  if (fragment.length > 1) errors.push(invalid(field, fragment.slice(1), "fragments are not permitted in the URL"));
  if (query.length > 1) errors.push(invalid(field, query.slice(1), "query parameters are not permitted in the URL"));
  return errors;
}

/** Mirrors util/webhook ValidateWebhookService. */
function checkService(service: ServiceReference, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!service.name) errors.push(required(`${field}.name`, "service name is required"));
  if (!service.namespace) errors.push(required(`${field}.namespace`, "service namespace is required"));
  const port = service.port ?? 0;
  for (const message of portNumberErrors(port))
    errors.push(invalid(`${field}.port`, port, `port is not valid: ${message}`));
  const path = service.path;
  if (path === undefined || path === "/" || path === "") return errors;
  if (!path.startsWith("/")) return [...errors, invalid(`${field}.path`, path, "must start with a '/'")];
  const segments = path.replace(/^\//, "").replace(/\/$/, "").split("/");
  for (const [i, segment] of segments.entries()) {
    if (segment === "") errors.push(invalid(`${field}.path`, path, `segment[${i}] may not be empty`));
    else
      errors.push(...dns1123SubdomainErrors(segment).map((m) => invalid(`${field}.path`, path, `segment[${i}]: ${m}`)));
  }
  return errors;
}

/** The versions of a review that webhooks may name. */
export const reviewVersions = ["v1", "v1beta1"];

/** Versions of the review that a webhook knows; `missing` is said where there are none. */
export function checkReviewVersions(versions: readonly string[], field: string, missing: string): FieldError[] {
  if (versions.length === 0) return [required(field, missing)];
  const errors: FieldError[] = [];
  for (const [i, version] of versions.entries()) {
    if (versions.indexOf(version) < i) errors.push(invalid(`${field}[${i}]`, version, "duplicate version"));
    else errors.push(...invalidEach(`${field}[${i}]`, version, dns1035LabelErrors(version)));
  }
  if (!versions.some((v) => reviewVersions.includes(v)))
    errors.push(
      invalid(field, new GoLiteral(goStrings(versions)), `must include at least one of ${reviewVersions.join(", ")}`),
    );
  return errors;
}
