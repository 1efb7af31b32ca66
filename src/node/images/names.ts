/** What an image reference names. */
export interface ImageReference {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string;
  /** "docker.io/library/nginx:1.27", or "…@sha256:…". */
  readonly canonical: string;
  /** Without tag and digest. */
  readonly name: string;
}

/** Reads an image reference as containerd normalizes it; undefined where it cannot be parsed. Mirrors distribution/reference. */
export function parseReference(text: string): ImageReference | undefined {
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : text.slice(at + 1);
  let rest = at < 0 ? text : text.slice(0, at);
  if (digest !== undefined && !/^[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,}$/.test(digest)) return undefined;
  const slash = rest.lastIndexOf("/");
  const colon = rest.indexOf(":", slash + 1);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) return undefined;
  if (colon >= 0) rest = rest.slice(0, colon);
  const first = rest.split("/")[0]!;
  const hasRegistry =
    rest.includes("/") &&
    (first.includes(".") || first.includes(":") || first === "localhost" || first !== first.toLowerCase());
  let registry = hasRegistry ? first : "docker.io";
  let repository = hasRegistry ? rest.slice(first.length + 1) : rest;
  if (!/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/.test(repository))
    return undefined;
  if (!/^[A-Za-z0-9]+(?:[.-][A-Za-z0-9-]+)*(?::\d+)?$/.test(registry)) return undefined;
  if (registry === "index.docker.io") registry = "docker.io";
  if (registry === "docker.io" && !repository.includes("/")) repository = `library/${repository}`;
  const name = `${registry}/${repository}`;
  const canonical = digest === undefined ? `${name}:${tag ?? "latest"}` : `${name}@${digest}`;
  return { registry, repository, tag: tag ?? "latest", ...(digest === undefined ? {} : { digest }), canonical, name };
}

/** A digest that follows from a text alone. */
export function digestOf(text: string): string {
  let out = "";
  for (let block = 0; out.length < 64; block++) {
    let hash = 0x811c9dc5 ^ (block * 0x9e3779b1);
    for (let i = 0; i < text.length; i++) {
      hash ^= text.charCodeAt(i);
      hash = Math.imul(hash, 0x01000193);
      hash ^= hash >>> 13;
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    out += ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, "0");
  }
  return `sha256:${out}`;
}
