import type { JsonObject } from "../../../machinery/object.ts";

/** HOST/PATH=SERVICE:PORT[,tls[=SECRET]], as --rule must be (unanchored at its end, as kubectl has it). */
export const RULE = /^[\w*\-.]*\/.*=[\w-]+:[\w-]+(?:,tls=?(?:[\w-]+)?)?/;

/** NAME:PORT as an ingress backend; the port is a number or a name. */
function backendOf(service: string): JsonObject {
  const [name, port = ""] = service.split(":");
  return { service: { name, port: /^[0-9]+$/.test(port) ? { number: Number(port) } : { name: port } } };
}

function pathOf(text: string): JsonObject {
  const [path = "", service = ""] = text.split("=");
  const isPrefix = path.endsWith("*");
  return {
    path: `/${isPrefix ? path.slice(0, -1) : path}`,
    pathType: isPrefix ? "Prefix" : "Exact",
    backend: backendOf(service),
  };
}

function rulesOf(rules: readonly string[]): JsonObject[] {
  const byHost = new Map<string, JsonObject[]>();
  for (const rule of rules) {
    const target = rule.split(",")[0]!;
    const slash = target.indexOf("/");
    const host = target.slice(0, slash);
    byHost.set(host, [...(byHost.get(host) ?? []), pathOf(target.slice(slash + 1))]);
  }
  return [...byHost].map(([host, paths]) => ({ ...(host === "" ? {} : { host }), http: { paths } }));
}

/** Each host once, the hosts of one secret together. Mirrors create_ingress.go buildTLSRules. */
function tlsOf(rules: readonly string[]): JsonObject[] {
  const seen = new Set<string>();
  const entries: { hosts: string[]; secretName: string }[] = [];
  for (const rule of rules) {
    const parts = rule.split(",");
    const host = rule.split("/")[0]!;
    if (parts.length !== 2 || seen.has(host)) continue;
    seen.add(host);
    const secretName = parts[1]!.split("=")[1] ?? "";
    const known = entries.find((e) => e.secretName === secretName);
    if (known !== undefined) known.hosts.push(host);
    else if (host !== "" || secretName !== "") entries.push({ hosts: host === "" ? [] : [host], secretName });
  }
  return entries.map(({ hosts, secretName }) => ({
    ...(hosts.length === 0 ? {} : { hosts }),
    ...(secretName === "" ? {} : { secretName }),
  }));
}

/** The spec of an ingress from its flags. */
export function ingressSpec(flags: {
  readonly className: string;
  readonly defaultBackend: string;
  readonly rules: readonly string[];
}): JsonObject {
  const tls = tlsOf(flags.rules);
  const rules = rulesOf(flags.rules);
  return {
    ...(flags.className === "" ? {} : { ingressClassName: flags.className }),
    ...(flags.defaultBackend === "" ? {} : { defaultBackend: backendOf(flags.defaultBackend) }),
    ...(tls.length === 0 ? {} : { tls }),
    ...(rules.length === 0 ? {} : { rules }),
  };
}
