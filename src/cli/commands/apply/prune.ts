import type { ResourcePath } from "../../../client/client.ts";
import type { ApiResource } from "../../../client/rest-mapper.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import { isNotFound } from "../../../machinery/status-error.ts";
import { klogWarning } from "../../klog.ts";
import { lastAppliedOf } from "../../resources/last-applied.ts";
import type { Session } from "../../session.ts";
import type { ApplyRun } from "./apply-run.ts";

const DEFAULT_TYPES: readonly string[] = [
  "core/v1/ConfigMap",
  "core/v1/Endpoints",
  "core/v1/PersistentVolumeClaim",
  "core/v1/Pod",
  "core/v1/ReplicationController",
  "core/v1/Secret",
  "core/v1/Service",
  "batch/v1/Job",
  "batch/v1/CronJob",
  "networking.k8s.io/v1/Ingress",
  "apps/v1/DaemonSet",
  "apps/v1/Deployment",
  "apps/v1/ReplicaSet",
  "apps/v1/StatefulSet",
];
const DEFAULT_CLUSTER_TYPES: readonly string[] = ["core/v1/Namespace", "core/v1/PersistentVolume"];

function parseType(text: string): { group: string; version: string; kind: string } {
  const parts = text.split("/");
  if (parts.length !== 3)
    throw new Error(`invalid GroupVersionKind format: ${text}, please follow <group/version/kind>`);
  const [group = "", version = "", kind = ""] = parts;
  return { group: group === "core" ? "" : group, version, kind };
}

/** The types that `--prune-allowlist` names; what is malformed or unknown to the server is an error before anything is applied. */
export async function resolvePruneTypes(session: Session, names: readonly string[]): Promise<readonly ApiResource[]> {
  const mapper = await session.mapper();
  return names.map((text) => {
    const gvk = parseType(text);
    const found = mapper.kindFor(gvk);
    if (found !== undefined) return found;
    const version = gvk.group === "" ? gvk.version : `${gvk.group}/${gvk.version}`;
    throw new Error(`no matches for kind ${JSON.stringify(gvk.kind)} in version ${JSON.stringify(version)}`);
  });
}

/** What pruning looks at. */
export interface PruneScope {
  /** The types in question; none: the default ones, with a warning. */
  readonly types: readonly ApiResource[];
  readonly selector: string;
  readonly visitedUids: ReadonlySet<string>;
  readonly visitedNamespaces: ReadonlySet<string>;
}

async function typesToPrune(session: Session, scope: PruneScope): Promise<readonly ApiResource[]> {
  if (scope.types.length > 0) return scope.types;
  klogWarning(
    session,
    "prune.go:71",
    "Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.",
  );
  return resolvePruneTypes(session, [...DEFAULT_TYPES, ...DEFAULT_CLUSTER_TYPES]);
}

/** An object to prune, with where it lives. */
export interface Prunable {
  readonly resource: ApiResource;
  readonly path: ResourcePath;
  readonly object: KubeObject;
}

/** Calls `work` with what apply once made and the files no longer have, type by type. Mirrors kubectl/pkg/cmd/apply/prune.go and diff/prune.go. */
export async function forEachPrunable(
  session: Session,
  scope: PruneScope,
  work: (found: Prunable) => Promise<void> | void,
): Promise<void> {
  const types = await typesToPrune(session, scope);
  const client = await session.client();
  const places = [
    ...[...scope.visitedNamespaces].flatMap((namespace) =>
      types.filter((t) => t.namespaced).map((resource) => ({ resource, path: { ...resource, namespace } })),
    ),
    ...types.filter((t) => !t.namespaced).map((resource) => ({ resource, path: { ...resource } })),
  ];
  for (const { resource, path } of places) {
    const { items } = await client.list<KubeObject>(path, { labelSelector: scope.selector });
    const apiVersion = resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
    for (const item of items) {
      const object = { ...item, apiVersion, kind: resource.kind };
      if (lastAppliedOf(object) === undefined || scope.visitedUids.has(object.metadata.uid ?? "")) continue;
      await work({ resource, path, object });
    }
  }
}

async function pruneOne(run: ApplyRun, { resource, path, object }: Prunable): Promise<void> {
  const { options, session } = run;
  const client = await session.client();
  if (options.dryRun !== "client")
    try {
      await client.delete(path, object.metadata.name!, {
        propagationPolicy: options.cascade,
        dryRun: options.dryRun === "server",
        ...(options.gracePeriod >= 0 ? { gracePeriodSeconds: options.gracePeriod } : {}),
      });
    } catch (error) {
      if (!isNotFound(error))
        throw new Error(`pruning ${resource.kind}/${object.metadata.name}: ${(error as Error).message}`);
    }
  run.say(object, "pruned");
}

/** Deletes what apply once made and the files no longer have, among the types in question. Mirrors kubectl/pkg/cmd/apply/prune.go. */
export async function prune(run: ApplyRun): Promise<void> {
  const { options, session, visitedUids, visitedNamespaces } = run;
  const scope = { types: options.pruneTypes, selector: options.selector, visitedUids, visitedNamespaces };
  await forEachPrunable(session, scope, (found) => pruneOne(run, found));
}
