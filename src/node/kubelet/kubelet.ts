import type { Controller, ReconcileContext, WorkKey } from "../../controllers/controller.ts";
import { splitKey } from "../../controllers/controller.ts";
import type { Node, Pod } from "../../kinds/types/core_v1.ts";
import { deepCopy, deepEqual } from "../../machinery/object.ts";
import type { Instant } from "../../machinery/time.ts";
import type { KubeletDependencies } from "./dependencies.ts";
import { syncNode } from "./node-worker.ts";
import { lastAddressOf } from "./pod-lifecycle.ts";
import { podStatus } from "./pod-status.ts";
import { syncPod } from "./pod-worker.ts";
import { powerOff } from "./power.ts";
import type { PodRecord } from "./record.ts";
import { asJson, nodeRecordKey, podRecordKey } from "./record.ts";
import { restoredRecord } from "./restore.ts";
import { isMirror, podUid, staticHash } from "./static-pods.ts";
import { deletePod, writePodStatus } from "./status-writer.ts";
import type { PodSync } from "./sync.ts";

/** The kubelets of all nodes: keys are "NODE" and "NAMESPACE/NAME". */
export function createKubelet(dependencies: KubeletDependencies): Controller {
  return {
    async reconcile(key: WorkKey, context: ReconcileContext): Promise<{ readonly at: Instant } | undefined> {
      const { namespace, name } = splitKey(key);
      if (namespace === "") return syncNode(dependencies, name, context);
      return reconcilePod(dependencies, namespace, name, context);
    },
  };
}

async function reconcilePod(
  dependencies: KubeletDependencies,
  namespace: string,
  name: string,
  context: ReconcileContext,
): Promise<{ readonly at: Instant } | undefined> {
  const { records, nodes } = dependencies;
  const recordKey = podRecordKey(namespace, name);
  const pod = context.lister.get<Pod>("", "pods", namespace, name);
  const known = records.get(recordKey) as PodRecord | undefined;
  if (known && !stillWanted(dependencies, known, pod, namespace, name, context)) {
    await forget(dependencies, known, context.now);
    records.put(recordKey, undefined);
  }
  const nodeName = pod?.spec?.nodeName;
  if (pod === undefined || !nodeName) return undefined;
  if (isMirror(pod) && pod.metadata.deletionTimestamp) return undefined;
  const current = known?.uid === podUid(pod) && known?.node === nodeName ? known : undefined;
  if (!nodes.isRunning(nodeName)) {
    if (current) await goDown(dependencies, recordKey, current, nodes.stoppedAt(nodeName) ?? context.now);
    return undefined;
  }
  const sync = begin(dependencies, context, pod, nodeName, current);
  const gone = await syncPod(sync);
  if (!deepEqual(current, sync.record)) records.put(recordKey, asJson(sync.record));
  if (sync.lastAddress !== lastAddressOf(records, sync.node))
    records.put(nodeRecordKey(nodeName), { ...records.get(nodeRecordKey(nodeName)), lastAddress: sync.lastAddress });
  await writePodStatus(context.client, pod, podStatus(pod, sync.node, sync.record, context.now));
  if (gone) await deletePod(context.client, pod);
  return sync.wakeAt === undefined ? undefined : { at: sync.wakeAt };
}

/** Whether what the kubelet runs under a key is still asked for: by the object, or by a manifest on the node's disk. */
function stillWanted(
  dependencies: KubeletDependencies,
  known: PodRecord,
  pod: Pod | undefined,
  namespace: string,
  name: string,
  { lister }: ReconcileContext,
): boolean {
  if (pod !== undefined) return podUid(pod) === known.uid && pod.spec?.nodeName === known.node;
  const node = lister.get<Node>("", "nodes", undefined, known.node);
  return staticHash(dependencies, node, namespace, name) === known.uid;
}

function begin(
  dependencies: KubeletDependencies,
  context: ReconcileContext,
  pod: Pod,
  nodeName: string,
  current: PodRecord | undefined,
): PodSync {
  const node = context.lister.get<Node>("", "nodes", undefined, nodeName);
  return {
    context,
    now: context.now,
    pod,
    node,
    runtime: dependencies.runtime,
    ...(dependencies.nodeHasFile === undefined
      ? {}
      : { nodeHasFile: (path: string) => dependencies.nodeHasFile!(nodeName, path) }),
    record: current ? deepCopy(current) : restoredRecord(pod, nodeName, context.now),
    lastAddress: lastAddressOf(dependencies.records, node),
    wakeAt: undefined,
  };
}

/** Ends the pod's containers with their machine, unseen by the API. */
async function goDown(dependencies: KubeletDependencies, key: string, record: PodRecord, at: Instant): Promise<void> {
  const draft = deepCopy(record);
  await powerOff(dependencies.runtime, draft, at);
  if (!deepEqual(draft, record)) dependencies.records.put(key, asJson(draft));
}

/** Ends and forgets the containers of a pod that is no longer in the API. Mirrors pkg/kubelet/kubelet_pods.go HandlePodCleanups. */
async function forget(dependencies: KubeletDependencies, record: PodRecord, now: Instant): Promise<void> {
  for (const container of Object.values(record.containers)) {
    if (container.running && container.id) await dependencies.runtime.signal(container.id, "SIGKILL", now);
    if (container.id) dependencies.runtime.remove(container.id);
    if (container.last) dependencies.runtime.remove(container.last.id);
  }
}
