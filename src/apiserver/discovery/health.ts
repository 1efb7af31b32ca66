import type { ApiResponse } from "../../client/transport.ts";
import type { RequestContext } from "../context.ts";
import { queryAll, queryText } from "../query.ts";

/** The checks of a kube-apiserver, in its order. All of them pass as long as it answers. */
const CHECKS = [
  "ping",
  "log",
  "etcd",
  "etcd-readiness",
  "informer-sync",
  "poststarthook/start-apiserver-admission-initializer",
  "poststarthook/generic-apiserver-start-informers",
  "poststarthook/priority-and-fairness-config-consumer",
  "poststarthook/priority-and-fairness-filter",
  "poststarthook/storage-object-count-tracker-hook",
  "poststarthook/start-apiextensions-informers",
  "poststarthook/start-apiextensions-controllers",
  "poststarthook/crd-informer-synced",
  "poststarthook/start-system-namespaces-controller",
  "poststarthook/start-cluster-authentication-info-controller",
  "poststarthook/start-kube-apiserver-identity-lease-controller",
  "poststarthook/start-kube-apiserver-identity-lease-garbage-collector",
  "poststarthook/start-legacy-token-tracking-controller",
  "poststarthook/start-service-ip-repair-controllers",
  "poststarthook/rbac/bootstrap-roles",
  "poststarthook/scheduling/bootstrap-system-priority-classes",
  "poststarthook/priority-and-fairness-config-producer",
  "poststarthook/bootstrap-controller",
  "poststarthook/start-kubernetes-service-cidr-controller",
  "poststarthook/aggregator-reload-proxy-client-cert",
  "poststarthook/start-kube-aggregator-informers",
  "poststarthook/apiservice-status-local-available-controller",
  "poststarthook/apiservice-status-remote-available-controller",
  "poststarthook/apiservice-registration-controller",
  "poststarthook/apiservice-discovery-controller",
  "poststarthook/kube-apiserver-autoregistration",
  "autoregister-completion",
  "poststarthook/apiservice-openapi-controller",
  "poststarthook/apiservice-openapiv3-controller",
  "shutdown",
];

const ONLY_READYZ = new Set(["etcd-readiness", "informer-sync", "shutdown"]);

const text = (code: number, body: string): ApiResponse => ({
  kind: "text",
  code,
  contentType: "text/plain; charset=utf-8",
  body,
});

/** /healthz, /livez and /readyz, each check below them, with verbose and exclude. Mirrors apiserver/pkg/server/healthz. */
export function serveHealth(ctx: RequestContext, parts: readonly string[]): ApiResponse | undefined {
  const [endpoint = "", ...check] = parts;
  const checks = CHECKS.filter((c) => endpoint === "readyz" || !ONLY_READYZ.has(c));
  if (check.length > 0) return checks.includes(check.join("/")) ? text(200, "ok") : undefined;
  if (queryText(ctx.request, "verbose") === undefined) return text(200, "ok");
  const excluded = new Set(queryAll(ctx.request, "exclude"));
  const lines = checks.map((c) => (excluded.has(c) ? `[+]${c} excluded: ok` : `[+]${c} ok`));
  return text(200, `${lines.join("\n")}\n${endpoint} check passed\n`);
}
