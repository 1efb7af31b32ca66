import type { ContainerImage, Node } from "../../kinds/types/core_v1.ts";
import { formatGoDuration } from "../../machinery/duration.ts";
import type { ImageResolution } from "../runtime/runtime.ts";
import { backOffEnd, nextBackOff } from "./back-off.ts";
import type { PodContainer } from "./containers.ts";
import { addNodeImage } from "./node-images.ts";
import type { ContainerRecord } from "./record.ts";
import type { PodSync } from "./sync.ts";
import { emit, wake } from "./sync.ts";

type Found = Extract<ImageResolution, { found: true }>;

/** What came of an image: ready to run, on its way (blocks the pod's other starts), or failed for now. */
export type ImageOutcome = { readonly image: Found } | "pulling" | "failed";

/** How long the failure of a pull itself is shown before its back-off. */
const pullErrorMs = 500;
/** What asking the registry for an image that is already here takes (imagePullPolicy: Always). */
const manifestCheckMs = 90;
const malformed = /[^a-z0-9._\-/:@]/;

const isPresent = (node: Node | undefined, canonical: string): boolean =>
  (node?.status?.images ?? []).some((image: ContainerImage) => image.names?.includes(canonical) === true);

/** Brings a container's image to the node as its pull policy asks. Mirrors pkg/kubelet/images/image_manager.go EnsureImageExists. */
export async function ensureImage(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
): Promise<ImageOutcome> {
  const image = container.spec.image ?? "";
  if (invalidReference(image)) return failInvalidName(sync, container, record, image);
  if (record.pull) return finishPull(sync, container, record, image);
  const resolution = sync.runtime.resolveImage(image);
  const present = resolution.found && isPresent(sync.node, resolution.canonical);
  const policy = container.spec.imagePullPolicy ?? "IfNotPresent";
  if (present && policy !== "Always") {
    await emit(sync, container, "Normal", "Pulled", `Container image "${image}" already present on machine`);
    return { image: resolution };
  }
  if (policy === "Never") {
    const message = `Container image "${image}" is not present with pull policy of Never`;
    await emit(sync, container, "Warning", "ErrImageNeverPull", message);
    await fail(sync, container, record, "ErrImageNeverPull", message);
    record.configError = true;
    return "failed";
  }
  const until = record.imageBackOff && backOffEnd(record.imageBackOff, record.imageBackOff.updatedAt);
  if (until !== undefined && sync.now < until) return holdBack(sync, container, record, image, until);
  await emit(sync, container, "Normal", "Pulling", `Pulling image "${image}"`);
  const takes = present ? manifestCheckMs : resolution.pullMs;
  record.pull = { image, startedAt: sync.now, until: sync.now + takes };
  if (takes > 0) {
    wake(sync, record.pull.until);
    return "pulling";
  }
  return finishPull(sync, container, record, image);
}

/** Whether an image can be had neither from the node nor from a registry: its name is malformed, or it must not be pulled. */
export function isUnobtainable(sync: PodSync, container: PodContainer): boolean {
  const image = container.spec.image ?? "";
  if (invalidReference(image)) return true;
  if (container.spec.imagePullPolicy !== "Never") return false;
  const resolution = sync.runtime.resolveImage(image);
  return !(resolution.found && isPresent(sync.node, resolution.canonical));
}

async function finishPull(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
  image: string,
): Promise<ImageOutcome> {
  const pull = record.pull;
  if (pull === undefined || pull.image !== image) {
    record.pull = undefined;
    return ensureImage(sync, container, record);
  }
  if (sync.now < pull.until) {
    wake(sync, pull.until);
    return "pulling";
  }
  record.pull = undefined;
  const resolution = sync.runtime.resolveImage(image);
  if (!resolution.found) return failPull(sync, container, record, image, resolution.error);
  record.imageBackOff = undefined;
  const took = formatGoDuration(sync.now - pull.startedAt);
  await addNodeImage(sync.context, sync.record.node, resolution);
  await emit(
    sync,
    container,
    "Normal",
    "Pulled",
    `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${resolution.sizeBytes} bytes.`,
  );
  return { image: resolution };
}

async function failPull(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
  image: string,
  error: string,
): Promise<ImageOutcome> {
  await emit(sync, container, "Warning", "Failed", `Failed to pull image "${image}": ${error}`);
  await fail(sync, container, record, "ErrImagePull", error);
  record.imageBackOff = nextBackOff(record.imageBackOff, sync.now, sync.now);
  record.retryAt = sync.now + pullErrorMs;
  wake(sync, record.retryAt);
  return "failed";
}

async function holdBack(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
  image: string,
  until: number,
): Promise<ImageOutcome> {
  const words = `Back-off pulling image "${image}"`;
  if (record.waiting?.reason === "ErrImagePull") {
    await emit(sync, container, "Normal", "BackOff", words);
    const message = `${words}: ErrImagePull: ${record.waiting.message ?? ""}`;
    await fail(sync, container, record, "ImagePullBackOff", message);
  }
  record.retryAt = until;
  wake(sync, until);
  return "failed";
}

async function failInvalidName(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
  image: string,
): Promise<ImageOutcome> {
  const why = /[A-Z]/.test(image.split(/[:@]/)[0] ?? "")
    ? `invalid reference format: repository name (${image.includes("/") ? "" : "library/"}${image.split(/[:@]/)[0]}) must be lowercase`
    : "invalid reference format";
  const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${why}`;
  await emit(sync, container, "Warning", "InspectFailed", message);
  await fail(sync, container, record, "InvalidImageName", message);
  record.configError = true;
  return "failed";
}

/** Whether no registry could be asked for such a name. Mirrors distribution/reference ParseNormalizedNamed. */
function invalidReference(image: string): boolean {
  const name = image.split("@")[0] ?? "";
  const slash = name.lastIndexOf("/");
  const colon = name.indexOf(":", slash + 1);
  const repository = colon < 0 ? name : name.slice(0, colon);
  const tag = colon < 0 ? undefined : name.slice(colon + 1);
  if (repository === "" || malformed.test(repository)) return true;
  if (
    repository
      .split("/")
      .some((part, i) => part === "" || (i > 0 && !/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/.test(part)))
  )
    return true;
  return tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag);
}

async function fail(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
  reason: string,
  message: string,
): Promise<void> {
  await emit(sync, container, "Warning", "Failed", `Error: ${reason}`);
  record.waiting = { reason, message };
}
