import type { Lister } from "../../client/lister.ts";
import type { Service } from "../../kinds/types/core_v1.ts";
import type { HTTPIngressPath, Ingress, IngressBackend, IngressClass } from "../../kinds/types/networking_v1.ts";

/** The service that an ingress sends a request to. */
export interface IngressTarget {
  readonly ingress: Ingress;
  readonly service: Service | undefined;
  readonly port: number;
  /** The path as the service gets it, after rewrite-target. */
  readonly path: string;
}

/** Whether an ingress belongs to a controller: by class name, by the default class, or by the old annotation. */
function isOurs(lister: Lister, ingress: Ingress, controller: string): boolean {
  const name = ingress.spec?.ingressClassName ?? ingress.metadata.annotations?.["kubernetes.io/ingress.class"];
  const classes = lister.list<IngressClass>("networking.k8s.io", "ingressclasses");
  const chosen =
    name === undefined
      ? classes.find((c) => c.metadata.annotations?.["ingressclass.kubernetes.io/is-default-class"] === "true")
      : classes.find((c) => c.metadata.name === name);
  return chosen?.spec?.controller === controller;
}

function hostMatches(pattern: string | undefined, host: string): boolean {
  if (pattern === undefined || pattern === "") return true;
  if (!pattern.startsWith("*.")) return pattern === host;
  return host.endsWith(pattern.slice(1)) && !host.slice(0, -pattern.length + 1).includes(".");
}

function pathMatches(rule: HTTPIngressPath, path: string): boolean {
  const prefix = rule.path ?? "/";
  if (rule.pathType === "Exact") return path === prefix;
  const base = prefix.replace(/\(.*$/, "").replace(/\/+$/, "");
  return base === "" || path === base || path.startsWith(`${base}/`);
}

interface Candidate {
  readonly ingress: Ingress;
  readonly rule: HTTPIngressPath;
  readonly exactHost: boolean;
}

/** Finds the backend for a request: an exact host before a wildcard, an exact path before the longest prefix. */
export function routeIngress(lister: Lister, controller: string, host: string, url: string): IngressTarget | undefined {
  const [path = "/", query] = url.split("?");
  const candidates: Candidate[] = [];
  let fallback: { ingress: Ingress; backend: IngressBackend } | undefined;
  for (const ingress of lister.list<Ingress>("networking.k8s.io", "ingresses")) {
    if (!isOurs(lister, ingress, controller)) continue;
    if (ingress.spec?.defaultBackend !== undefined) fallback ??= { ingress, backend: ingress.spec.defaultBackend };
    for (const rule of ingress.spec?.rules ?? []) {
      if (!hostMatches(rule.host, host)) continue;
      for (const entry of rule.http?.paths ?? [])
        if (pathMatches(entry, path)) candidates.push({ ingress, rule: entry, exactHost: rule.host === host });
    }
  }
  const rank = (c: Candidate): number =>
    (c.exactHost ? 1e6 : 0) + (c.rule.pathType === "Exact" ? 1e5 : 0) + (c.rule.path ?? "/").length;
  const best = candidates.sort((a, b) => rank(b) - rank(a))[0];
  if (best !== undefined)
    return target(
      lister,
      best.ingress,
      best.rule.backend,
      rewritten(best, path) + (query === undefined ? "" : `?${query}`),
    );
  return fallback === undefined ? undefined : target(lister, fallback.ingress, fallback.backend, url);
}

/** nginx.ingress.kubernetes.io/rewrite-target, with $1 and $2 for what a path's groups "(.*)" caught. */
function rewritten({ ingress, rule }: Candidate, path: string): string {
  const to = ingress.metadata.annotations?.["nginx.ingress.kubernetes.io/rewrite-target"];
  if (to === undefined) return path;
  const base = (rule.path ?? "/").replace(/\(.*$/, "").replace(/\/+$/, "");
  const rest = path.slice(base.length).replace(/^\//, "");
  const value = to.replace(/\$\d/g, rest);
  return value.startsWith("/") ? value : `/${value}`;
}

function target(lister: Lister, ingress: Ingress, backend: IngressBackend, path: string): IngressTarget {
  const service = lister.get<Service>("", "services", ingress.metadata.namespace, backend.service?.name ?? "");
  const wanted = backend.service?.port;
  const port = wanted?.number ?? service?.spec?.ports?.find((p) => p.name === wanted?.name)?.port ?? 0;
  return { ingress, service, port, path };
}
