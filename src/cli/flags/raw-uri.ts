/** What --raw must not come together with. */
export interface RawCall {
  readonly uri: string;
  readonly filenames: readonly string[];
  readonly recursive: boolean;
  readonly output: string;
  readonly labelSelector?: string;
}

// What net/url.ParseRequestURI takes: an absolute path or URL, with sound escapes.
const URI = /^(?:\/|[a-zA-Z][a-zA-Z0-9+.-]*:)(?:[^%]|%[0-9a-fA-F]{2})*$/;

/** Throws for a wrong --raw, in kubectl's order. Mirrors the checks of create, replace and delete. */
export function checkRawCall(call: RawCall): void {
  if (/^https?:/.test(call.filenames[0] ?? "")) throw new Error("--raw cannot read from a url");
  if (call.recursive) throw new Error("--raw and --recursive are mutually exclusive");
  if (call.labelSelector) throw new Error("--raw and --selector (-l) are mutually exclusive");
  if (call.output !== "") throw new Error("--raw and --output are mutually exclusive");
  if (!URI.test(call.uri))
    throw new Error(`--raw must be a valid URL path: parse ${JSON.stringify(call.uri)}: invalid URI for request`);
}
