import type { Pod, PodTemplateSpec } from "../../kinds/types/core_v1.ts";
import { deepCopy, type TypedObject } from "../../machinery/object.ts";
import { isNotFound, StatusError } from "../../machinery/status-error.ts";
import type { ReconcileContext } from "../controller.ts";
import { controllerReference } from "./owners.ts";
import { core } from "./paths.ts";

/** The cause that marks a refusal because of a terminating namespace. Mirrors v1.NamespaceTerminatingCause. */
export function isNamespaceTerminating(error: unknown): boolean {
  return (
    error instanceof StatusError &&
    (error.status.details?.causes ?? []).some((c) => c.reason === "NamespaceTerminating")
  );
}

/** What an event says of an error. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A pod of a template, controlled by `owner`, not yet created. Mirrors controller.GetPodFromTemplate. */
export function podFromTemplate(template: PodTemplateSpec, owner: TypedObject): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace,
      ...(labels === undefined ? {} : { labels: { ...labels } }),
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ...(finalizers === undefined ? {} : { finalizers: [...finalizers] }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: deepCopy(template.spec),
  };
}

/** Creates a pod and records SuccessfulCreate or FailedCreate on its owner. Throws what the API refused with. Mirrors controller.RealPodControl.createPods. */
export async function createPod(context: ReconcileContext, owner: TypedObject, pod: Pod): Promise<Pod> {
  const target = { object: owner };
  try {
    const created = await context.client.create<Pod>(core("pods", owner.metadata.namespace), pod);
    await context.events.event(target, "Normal", "SuccessfulCreate", `Created pod: ${created.metadata.name}`);
    return created;
  } catch (error) {
    if (error instanceof StatusError && !isNamespaceTerminating(error))
      await context.events.event(target, "Warning", "FailedCreate", `Error creating: ${errorText(error)}`);
    throw error;
  }
}

/** Deletes a pod and records SuccessfulDelete or FailedDelete on its owner; one that is gone already is fine. Mirrors controller.RealPodControl.DeletePod. */
export async function deletePod(context: ReconcileContext, owner: TypedObject, pod: Pod): Promise<void> {
  const { name, namespace, uid } = pod.metadata;
  try {
    await context.client.delete(core("pods", namespace), name!, { uid });
  } catch (error) {
    if (isNotFound(error)) return;
    if (error instanceof StatusError)
      await context.events.event({ object: owner }, "Warning", "FailedDelete", `Error deleting: ${errorText(error)}`);
    throw error;
  }
  await context.events.event({ object: owner }, "Normal", "SuccessfulDelete", `Deleted pod: ${name}`);
}

/** Runs `step` up to `count` times in batches that double while all goes well; answers with how many went well and the first error. Mirrors slowStartBatch. */
export async function slowStart(
  count: number,
  step: (index: number) => Promise<void>,
): Promise<{ readonly done: number; readonly error?: unknown }> {
  let done = 0;
  for (let batch = Math.min(1, count), index = 0; batch > 0; batch = Math.min(2 * batch, count - index)) {
    let failure: { readonly error: unknown } | undefined;
    for (let i = 0; i < batch; i++, index++) {
      try {
        await step(index);
        done++;
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure !== undefined) return { done, error: failure.error };
  }
  return { done };
}
