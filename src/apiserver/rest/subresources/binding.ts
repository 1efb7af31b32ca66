import { invalid, invalidObject, required } from "../../../machinery/field-error.ts";
import { deepCopy, type KubeObject } from "../../../machinery/object.ts";
import { conflict } from "../../../machinery/status-error.ts";
import { formatTime } from "../../../machinery/time.ts";
import { createAdmission } from "../../admission/chain.ts";
import type { ResourceContext } from "../../context.ts";
import { decodeBody } from "../codec.ts";
import { updateObject } from "../resource-store.ts";
import type { SubresourceHandler } from "./registry.ts";

/** pods/NAME/binding: what a scheduler writes to give a pod its node. Mirrors registry/core/pod/storage BindingREST. */
export const serveBinding: SubresourceHandler = async (ctx) => {
  const binding = await decodeBody(ctx, {
    group: "",
    version: "v1",
    kind: "Binding",
    type: "io.k8s.api.core.v1.Binding",
  });
  await bindPod(ctx, ctx.info.name, binding);
  return {
    kind: "object",
    code: 201,
    body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 },
  };
};

/** Sets spec.nodeName and the PodScheduled condition; throws 409 for a pod that is bound or going. */
export async function bindPod(ctx: ResourceContext, name: string, binding: KubeObject): Promise<void> {
  const target = binding.target ?? {};
  const errors = [];
  if (target.kind && target.kind !== "Node")
    errors.push({
      reason: "FieldValueNotSupported" as const,
      field: "target.kind",
      message: `Unsupported value: ${JSON.stringify(target.kind)}: supported values: "Node", "<empty>"`,
    });
  if (!target.name) errors.push(required("target.name"));
  if (binding.metadata.name && binding.metadata.name !== name)
    errors.push(invalid("metadata.name", binding.metadata.name, `must match the name on the URL (${name})`));
  if (errors.length > 0) throw invalidObject({ group: "", kind: "Binding" }, name, errors);
  await updateObject(
    ctx,
    name,
    createAdmission(ctx, "binding"),
    (current) => bound(ctx, current!, target.name, binding),
    {
      prepareForUpdate() {},
      validateUpdate: () => [],
      track: false,
      countsGeneration: false,
    },
  );
}

function bound(ctx: ResourceContext, pod: KubeObject, node: string, binding: KubeObject): KubeObject {
  const name = pod.metadata.name ?? "";
  const refuse = (cause: string): Error => conflict({ group: "", resource: "pods/binding" }, name, cause);
  const { uid } = binding.metadata;
  if (uid && uid !== pod.metadata.uid)
    throw refuse(`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid}`);
  if (pod.metadata.deletionTimestamp !== undefined)
    throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec?.nodeName) throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if ((pod.spec?.schedulingGates ?? []).length > 0) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  const next = deepCopy(pod);
  next.spec.nodeName = node;
  const { annotations, labels } = binding.metadata;
  if (annotations) next.metadata.annotations = { ...next.metadata.annotations, ...annotations };
  if (labels) next.metadata.labels = { ...next.metadata.labels, ...labels };
  const others = (next.status?.conditions ?? []).filter((c: { type: string }) => c.type !== "PodScheduled");
  next.status = {
    ...next.status,
    conditions: [
      ...others,
      { type: "PodScheduled", status: "True", lastProbeTime: null, lastTransitionTime: formatTime(ctx.now) },
    ],
  };
  return next;
}
