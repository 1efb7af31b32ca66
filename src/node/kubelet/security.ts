import type { Pod } from "../../kinds/types/core_v1.ts";
import type { ImageConfig } from "../runtime/runtime.ts";
import type { PodContainer } from "./containers.ts";
import { podText } from "./containers.ts";
import { ConfigError } from "./environment.ts";

/** Throws ConfigError where runAsNonRoot forbids the user that the container would have. Mirrors pkg/kubelet/kuberuntime/security_context_others.go verifyRunAsNonRoot. */
export function verifyRunAsNonRoot(pod: Pod, container: PodContainer, image: ImageConfig): void {
  const own = container.spec.securityContext ?? {};
  const shared = pod.spec?.securityContext ?? {};
  if ((own.runAsNonRoot ?? shared.runAsNonRoot) !== true) return;
  const where = `(pod: "${podText(pod)}", container: ${container.spec.name})`;
  const user = own.runAsUser ?? shared.runAsUser;
  if (user === 0) throw new ConfigError(`container's runAsUser breaks non-root policy ${where}`);
  if (user === undefined && (image.user ?? 0) === 0)
    throw new ConfigError(`container has runAsNonRoot and image will run as root ${where}`);
}
