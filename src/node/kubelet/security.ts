import type { Pod } from "../../kinds/types/core_v1.ts";
import type { ImageConfig } from "../runtime/runtime.ts";
import type { PodContainer } from "./containers.ts";
import { podText } from "./containers.ts";
import { ConfigError } from "./environment.ts";
import type { PodSync } from "./sync.ts";

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

/**
 * Throws ConfigError where a profile of the node is asked for that it does not have. Seccomp profiles are files of the
 * node's disk; no AppArmor profile is ever loaded. Mirrors containerd's generateSeccompSpecOpts and
 * generateApparmorSpecOpts.
 */
export function verifyProfiles(sync: PodSync, container: PodContainer): void {
  const own = container.spec.securityContext ?? {};
  const shared = sync.pod.spec?.securityContext ?? {};
  const seccomp = own.seccompProfile ?? shared.seccompProfile;
  if (seccomp?.type === "Localhost") {
    const path = `/var/lib/kubelet/seccomp/${seccomp.localhostProfile ?? ""}`;
    if (sync.nodeHasFile?.(path) === false)
      throw new ConfigError(
        `failed to create containerd container: cannot load seccomp profile "${path}": open ${path}: no such file or directory`,
        "CreateContainerError",
      );
  }
  const armor = own.appArmorProfile ?? shared.appArmorProfile;
  if (armor?.type === "Localhost")
    throw new ConfigError(
      `failed to get container spec opts: failed to generate apparmor spec opts: apparmor profile not found ${armor.localhostProfile ?? ""}`,
      "CreateContainerError",
    );
}
