import type { ControllerRevision } from "../../kinds/types/apps_v1.ts";
import type { LabelSelector } from "../../kinds/types/meta_v1.ts";
import { withSortedKeys } from "../../machinery/codec/json.ts";
import { deepEqual, type TypedObject } from "../../machinery/object.ts";
import { isAlreadyExists, isNotFound } from "../../machinery/status-error.ts";
import type { ReconcileContext } from "../controller.ts";
import { contentHash } from "./hash.ts";
import { claim, controllerReference } from "./owners.ts";
import { apps } from "./paths.ts";

/** A revision that is wanted, before it has a name. */
export interface RevisionDraft {
  readonly owner: TypedObject;
  readonly data: NonNullable<ControllerRevision["data"]>;
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** The label that holds the hash. */
  readonly hashLabel: string;
}

/**
 * The history of an object, oldest first, orphans of its selector adopted. Mirrors history.SortControllerRevisions and
 * adoptOrphanRevisions.
 */
export async function claimRevisions(
  context: ReconcileContext,
  owner: TypedObject,
  selector: LabelSelector | undefined,
): Promise<ControllerRevision[]> {
  const { namespace } = owner.metadata;
  const all = context.lister.list<ControllerRevision>("apps", "controllerrevisions", namespace);
  const own = await claim(context, all, { owner, selector, at: apps("controllerrevisions", namespace) });
  return own.sort((a, b) => a.revision - b.revision || (a.metadata.name! < b.metadata.name! ? -1 : 1));
}

/**
 * The revision with the draft's data, made the newest: found, raised or created. `collided` is how often another
 * revision had its name, `revisions` the history. Mirrors getStatefulSetRevisions and constructHistory.
 */
export async function syncRevision(
  context: ReconcileContext,
  draft: RevisionDraft,
  revisions: readonly ControllerRevision[],
  collisions: number | undefined,
): Promise<{ readonly revision: ControllerRevision; readonly collisions: number | undefined }> {
  const newest = revisions.at(-1);
  const equal = revisions.findLast((r) => deepEqual(r.data, draft.data));
  if (equal !== undefined && equal === newest) return { revision: equal, collisions };
  const number = (newest?.revision ?? 0) + 1;
  if (equal === undefined) return create(context, draft, number, collisions);
  const at = apps("controllerrevisions", draft.owner.metadata.namespace);
  const raised = await context.client.update<ControllerRevision>(at, { ...equal, revision: number });
  return { revision: raised, collisions };
}

async function create(
  context: ReconcileContext,
  { owner, data, labels, hashLabel }: RevisionDraft,
  revision: number,
  before: number | undefined,
): Promise<{ readonly revision: ControllerRevision; readonly collisions: number | undefined }> {
  const { namespace, name, annotations } = owner.metadata;
  for (let collisions = before; ; collisions = (collisions ?? 0) + 1) {
    const hash = contentHash(data, collisions || undefined);
    const draft: ControllerRevision = {
      apiVersion: "apps/v1",
      kind: "ControllerRevision",
      metadata: {
        name: `${name}-${hash}`,
        namespace,
        labels: { ...labels, [hashLabel]: hash },
        ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
        ownerReferences: [controllerReference(owner)],
      },
      // kubectl rollout undo compares the bytes.
      data: withSortedKeys(data),
      revision,
    };
    try {
      const at = apps("controllerrevisions", namespace);
      return { revision: await context.client.create<ControllerRevision>(at, draft), collisions };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const present = context.lister.get<ControllerRevision>(
        "apps",
        "controllerrevisions",
        namespace,
        `${name}-${hash}`,
      );
      // Whoever owns it: that of a deleted predecessor serves until the garbage collector has taken it.
      if (present !== undefined && deepEqual(present.data, data)) return { revision: present, collisions };
    }
  }
}

/** Deletes the oldest revisions that nothing uses, beyond the limit. Mirrors truncateHistory. */
export async function truncateHistory(
  context: ReconcileContext,
  revisions: readonly ControllerRevision[],
  isLive: (revision: ControllerRevision) => boolean,
  limit: number,
): Promise<void> {
  const dead = revisions.filter((r) => !isLive(r));
  for (const revision of dead.slice(0, Math.max(0, dead.length - limit))) {
    try {
      await context.client.delete(apps("controllerrevisions", revision.metadata.namespace), revision.metadata.name!);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
