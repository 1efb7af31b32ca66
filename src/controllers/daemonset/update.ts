import type { Pod } from "../../kinds/types/core_v1.ts";
import { scaledValue } from "../shared/int-or-percent.ts";
import { isPodAvailable } from "../shared/pods.ts";
import { eligibility, isUpdated, maxSurge } from "./daemon-pods.ts";
import type { Daemons } from "./daemons.ts";
import { syncNodes } from "./manage.ts";

/** Replaces old pods within maxUnavailable, or adds new ones within maxSurge. Mirrors DaemonSetsController.rollingUpdate. */
export async function rollForward(daemons: Daemons): Promise<void> {
  const { set, nodes } = daemons;
  const desired = nodes.filter((n) => eligibility(set, n).shouldRun).length;
  const surge = maxSurge(set, desired);
  if (surge > 0) return surgeForward(daemons, surge);
  const { maxUnavailable = 1 } = set.spec?.updateStrategy?.rollingUpdate ?? {};
  return replaceInPlace(daemons, Math.max(1, scaledValue(maxUnavailable, desired, true)));
}

const available = ({ set, context }: Daemons, pod: Pod): boolean =>
  isPodAvailable(pod, set.spec?.minReadySeconds, context.now);

/** The one new and the one old pod of a node; undefined where there are more of a sort. Mirrors findUpdatedPodsOnNode. */
function pairOn({ set, hash, on }: Daemons, node: string): { fresh?: Pod; old?: Pod } | undefined {
  const pods = on(node).filter((p) => p.metadata.deletionTimestamp === undefined);
  const fresh = pods.filter((p) => isUpdated(set, p, hash));
  const old = pods.filter((p) => !isUpdated(set, p, hash));
  return fresh.length > 1 || old.length > 1 ? undefined : { fresh: fresh[0], old: old[0] };
}

async function replaceInPlace(daemons: Daemons, maxUnavailable: number): Promise<void> {
  let unavailable = 0;
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  for (const node of daemons.nodes) {
    const name = node.metadata.name!;
    if (daemons.on(name).length === 0 && !eligibility(daemons.set, node).shouldRun) continue;
    const { fresh, old } = pairOn(daemons, name) ?? {};
    if ((fresh === undefined) === (old === undefined)) unavailable++;
    else if (fresh !== undefined) unavailable += available(daemons, fresh) ? 0 : 1;
    else if (available(daemons, old!)) candidates.push(old!);
    else {
      broken.push(old!);
      unavailable++;
    }
  }
  const room = Math.max(0, maxUnavailable - unavailable);
  await syncNodes(daemons, [], [...broken, ...candidates.slice(0, room)]);
}

async function surgeForward(daemons: Daemons, surge: number): Promise<void> {
  let surged = 0;
  const remove: Pod[] = [];
  const broken: string[] = [];
  const candidates: string[] = [];
  for (const node of daemons.nodes) {
    const name = node.metadata.name!;
    const pair = pairOn(daemons, name);
    if (pair === undefined) {
      surged++;
    } else if (pair.old !== undefined && pair.fresh === undefined) {
      // A node that must not get a new pod keeps its old one until it has to go.
      if (!eligibility(daemons.set, node).shouldRun) continue;
      if (available(daemons, pair.old)) candidates.push(name);
      else broken.push(name);
    } else if (pair.old !== undefined && pair.fresh !== undefined) {
      if (available(daemons, pair.fresh)) remove.push(pair.old);
      else surged++;
    }
  }
  const room = Math.max(0, surge - surged);
  await syncNodes(daemons, [...broken, ...candidates.slice(0, room)], remove);
}
