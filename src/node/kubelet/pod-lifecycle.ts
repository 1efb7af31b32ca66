import type { Node, Pod } from "../../kinds/types/core_v1.ts";
import { formatTime, parseTime } from "../../machinery/time.ts";
import { admissionFailure } from "./admission.ts";
import type { RecordStore } from "./dependencies.ts";
import { nodeAddress } from "./pod-status.ts";
import { nodeRecordKey } from "./record.ts";
import type { PodSync } from "./sync.ts";
import { emit, wake } from "./sync.ts";

/** What a sandbox and its network take to set up. */
const sandboxMs = 150;

/** Refuses a pod that the node cannot take, once, at first sight. Mirrors pkg/kubelet/lifecycle/predicate.go Admit. */
export async function admit(sync: PodSync): Promise<void> {
  const { record } = sync;
  if (record.admitted) return;
  record.admitted = true;
  const refusal = sync.node === undefined ? undefined : admissionFailure(sync.pod, sync.node, sync.context.lister);
  if (refusal === undefined) return;
  record.failed = { reason: refusal.reason, message: `Pod was rejected: ${refusal.message}` };
  await emit(sync, undefined, "Warning", refusal.reason, refusal.message);
}

/** Ends a pod that has been active for too long. Mirrors pkg/kubelet/active_deadline.go. */
export async function activeDeadline(sync: PodSync): Promise<void> {
  const seconds = sync.pod.spec?.activeDeadlineSeconds;
  if (seconds === undefined) return;
  const end = parseTime(formatTime(sync.record.startTime)) + seconds * 1000;
  if (sync.now < end) return wake(sync, end);
  const message = "Pod was active on the node longer than the specified deadline";
  await emit(sync, undefined, "Normal", "DeadlineExceeded", message);
  sync.record.failed = { reason: "DeadlineExceeded", message };
}

/** Sets up the pod's sandbox and address; true once containers can start. Mirrors pkg/kubelet/kuberuntime/kuberuntime_sandbox.go createPodSandbox. */
export async function sandbox(sync: PodSync): Promise<boolean> {
  const { record } = sync;
  if (record.sandboxLost) {
    record.sandboxLost = undefined;
    await emit(sync, undefined, "Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
  }
  record.sandboxAt ??= sync.now + sandboxMs;
  if (sync.now < record.sandboxAt) {
    wake(sync, record.sandboxAt);
    return false;
  }
  if (record.sandboxReady) return true;
  record.podIP = sync.pod.spec?.hostNetwork ? nodeAddress(sync.node) : allocateAddress(sync);
  record.sandboxReady = true;
  await reportMissingPullSecrets(sync);
  return true;
}

/** Says which imagePullSecrets are not there; the pull is tried all the same. Mirrors kubelet_pods.go getPullSecretsForPod. */
async function reportMissingPullSecrets(sync: PodSync): Promise<void> {
  const missing = (sync.pod.spec?.imagePullSecrets ?? [])
    .map((reference) => reference.name ?? "")
    .filter((name) => sync.context.lister.get("", "secrets", sync.pod.metadata.namespace, name) === undefined);
  if (missing.length === 0) return;
  const message = `Unable to retrieve some image pull secrets (${missing.join(", ")}); attempting to pull the image may not succeed.`;
  await emit(sync, undefined, "Warning", "FailedToRetrieveImagePullSecret", message);
}

const terminal = (pod: Pod): boolean => pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";

/** The next free address of the node's range, as the host-local CNI plugin goes round it. */
function allocateAddress(sync: PodSync): string | undefined {
  const range = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(sync.node?.spec?.podCIDR ?? "");
  if (range === null) return undefined;
  const base = range.slice(1, 5).reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(range[5]));
  const used = new Set<string>();
  for (const other of sync.context.lister.list<Pod>("", "pods"))
    if (other.spec?.nodeName === sync.record.node && !terminal(other) && other.status?.podIP)
      used.add(other.status.podIP);
  const last = sync.lastAddress ?? 1;
  for (let step = 1; step < size; step++) {
    const offset = ((last - 1 + step - 1) % (size - 3)) + 2;
    const address = dotted(base + offset);
    if (used.has(address)) continue;
    sync.lastAddress = offset;
    return address;
  }
  return undefined;
}

const dotted = (n: number): string => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join(".");

/** The offset of the last address given out on a node, as its record has it. */
export function lastAddressOf(records: RecordStore, node: Node | undefined): number | undefined {
  const value = records.get(nodeRecordKey(node?.metadata.name ?? ""))?.lastAddress;
  return typeof value === "number" ? value : undefined;
}
