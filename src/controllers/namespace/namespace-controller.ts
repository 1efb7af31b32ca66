import type { APIService } from "../../kinds/types/apiregistration_v1.ts";
import type { Namespace, NamespaceCondition } from "../../kinds/types/core_v1.ts";
import { deepEqual, type KubeObject } from "../../machinery/object.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { formatTime } from "../../machinery/time.ts";
import type { Controller, ReconcileContext } from "../controller.ts";
import { findCondition, isConditionTrue } from "../shared/conditions.ts";
import { core } from "../shared/paths.ts";
import { errorText } from "../shared/pod-control.ts";
import { type KnownResource, knownResources } from "../shared/resources.ts";

/** What is left in a namespace that is going away. */
interface Remains {
  readonly resources: Map<string, number>;
  readonly finalizers: Map<string, number>;
  readonly errors: string[];
  /** Group versions of which nobody can tell what they hold: "metrics.k8s.io/v1beta1". */
  readonly unknown: readonly string[];
}

/** How long a deletion waits for slower writers before the first look, and how long after something went away comes the next. Mirrors namespaceDeletionGracePeriod and the requeue after half of an estimate. */
const GRACE_MS = 5000;
const NEXT_LOOK_MS = 4000;
/** How often it looks again while an API does not answer, in milliseconds. */
const RETRY_MS = 60_000;
const DUE = "due";

/**
 * Empties a terminating namespace, pods first, and lets go of it. Keys are "NAME" and "content/NAME" for changes of the
 * namespace and in it, "due/NAME" for a look. Mirrors pkg/controller/namespace/deletion/namespaced_resources_deleter.go.
 */
export const namespaceController: Controller = {
  async reconcile(key, context) {
    const [what, inner] = key.split("/");
    const name = inner ?? key;
    const namespace = context.lister.get<Namespace>("", "namespaces", undefined, name);
    if (namespace?.metadata.deletionTimestamp === undefined) return undefined;
    if (inner === undefined) return { at: context.now + GRACE_MS, key: `${DUE}/${name}` };
    if (what !== DUE) return { at: context.now + NEXT_LOOK_MS, key: `${DUE}/${name}` };
    const remains = await look(context, namespace, name);
    return remains !== undefined && remains.unknown.length > 0 ? { at: context.now + RETRY_MS } : undefined;
  },
};

/** The APIs that services of the cluster should serve and do not: their objects might still be there. */
function unknownGroupVersions({ lister }: ReconcileContext): string[] {
  return lister
    .list<APIService>("apiregistration.k8s.io", "apiservices")
    .filter(({ spec, status }) => spec?.service != null && !isConditionTrue(status?.conditions, "Available"))
    .map(({ spec }) => `${spec?.group}/${spec?.version}`);
}

async function look(context: ReconcileContext, namespace: Namespace, name: string): Promise<Remains | undefined> {
  if (namespace.status?.phase !== "Terminating")
    await writeStatus(context, namespace, { ...namespace.status, phase: "Terminating" });
  if ((namespace.spec?.finalizers ?? []).length === 0) return undefined;
  const unknown = unknownGroupVersions(context);
  const remains: Remains = { resources: new Map(), finalizers: new Map(), errors: [], unknown };
  const resources = knownResources(context.lister).filter((r) => r.namespaced && r.deletable);
  const pods = resources.filter((r) => r.group === "" && r.resource === "pods");
  await empty(context, name, pods, remains);
  // Pods may need what else is in the namespace to end in peace (the OrderedNamespaceDeletion feature).
  if (remains.resources.size === 0) await empty(context, name, resources, remains);
  await writeConditions(context, name, remains);
  if (remains.errors.length > 0) throw new Error(remains.errors.join(", "));
  if (remains.resources.size === 0 && unknown.length === 0) await finalize(context, name);
  return remains;
}

async function empty(
  context: ReconcileContext,
  namespace: string,
  resources: readonly KnownResource[],
  remains: Remains,
): Promise<void> {
  for (const resource of resources) {
    const list = (): readonly KubeObject[] => context.lister.list(resource.group, resource.resource, namespace);
    if (list().length === 0) continue;
    try {
      await context.client.deleteCollection({ ...resource, namespace }, undefined, { propagationPolicy: "Background" });
    } catch (error) {
      remains.errors.push(errorText(error));
    }
    const left = list();
    if (left.length === 0) continue;
    remains.resources.set(`${resource.resource}.${resource.group}`, left.length);
    for (const finalizer of left.flatMap((o) => o.metadata.finalizers ?? []))
      remains.finalizers.set(finalizer, (remains.finalizers.get(finalizer) ?? 0) + 1);
  }
}

const texts = (counts: Map<string, number>, word: string): string =>
  [...counts]
    .map(([what, count]) => `${what} ${word} ${count} resource instances`)
    .sort()
    .join(", ");

/** The five conditions, in upstream's order. Mirrors status_condition_utils.go. */
function conditionsOf({
  resources,
  finalizers,
  errors,
  unknown,
}: Remains): Omit<NamespaceCondition, "lastTransitionTime">[] {
  const condition = (type: string, failing: boolean, ok: readonly [string, string], bad: readonly [string, string]) => {
    const [reason, message] = failing ? bad : ok;
    return { type, status: failing ? "True" : "False", reason, message };
  };
  const removed = ["ContentRemoved", "All content successfully removed"] as const;
  const failed = `Failed to delete all resource types, ${errors.length} remaining: ${[...errors].sort().join(", ")}`;
  return [
    condition(
      "NamespaceDeletionDiscoveryFailure",
      unknown.length > 0,
      ["ResourcesDiscovered", "All resources successfully discovered"],
      [
        "DiscoveryFailed",
        `Discovery failed for some groups, ${unknown.length} failing: unable to retrieve the complete list of server APIs: ${unknown.map((gv) => `${gv}: stale GroupVersion discovery: ${gv}`).join(", ")}`,
      ],
    ),
    condition(
      "NamespaceDeletionGroupVersionParsingFailure",
      false,
      ["ParsedGroupVersions", "All legacy kube types successfully parsed"],
      ["", ""],
    ),
    condition(
      "NamespaceDeletionContentFailure",
      errors.length > 0,
      ["ContentDeleted", "All content successfully deleted, may be waiting on finalization"],
      ["ContentDeletionFailed", failed],
    ),
    condition("NamespaceContentRemaining", resources.size > 0, removed, [
      "SomeResourcesRemain",
      `Some resources are remaining: ${texts(resources, "has")}`,
    ]),
    condition("NamespaceFinalizersRemaining", finalizers.size > 0, removed, [
      "SomeFinalizersRemain",
      `Some content in the namespace has finalizers remaining: ${texts(finalizers, "in")}`,
    ]),
  ];
}

async function writeConditions(context: ReconcileContext, name: string, remains: Remains): Promise<void> {
  const namespace = context.lister.get<Namespace>("", "namespaces", undefined, name);
  if (namespace === undefined) return;
  const before = namespace.status?.conditions;
  const conditions = conditionsOf(remains).map((next): NamespaceCondition => {
    const current = findCondition(before, next.type);
    const since = current?.status === next.status ? current.lastTransitionTime : formatTime(context.now);
    return { ...next, lastTransitionTime: since };
  });
  await writeStatus(context, namespace, { ...namespace.status, conditions });
}

async function writeStatus(
  context: ReconcileContext,
  namespace: Namespace,
  status: Namespace["status"],
): Promise<void> {
  if (deepEqual(namespace.status, status)) return;
  try {
    await context.client.update(core("namespaces"), { ...namespace, status }, { subresource: "status" });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function finalize(context: ReconcileContext, name: string): Promise<void> {
  const namespace = context.lister.get<Namespace>("", "namespaces", undefined, name);
  if (namespace === undefined) return;
  const finalizers = (namespace.spec?.finalizers ?? []).filter((f) => f !== "kubernetes");
  try {
    const spec = { ...namespace.spec, finalizers };
    await context.client.update(core("namespaces"), { ...namespace, spec }, { subresource: "finalize" });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
