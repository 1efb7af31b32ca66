import { pausing } from "../rollout/pausing.ts";

/** `kubectl rollout resume`. Mirrors kubectl/pkg/cmd/rollout/rollout_resume.go. */
export const command = pausing({
  verb: "resumed",
  paused: false,
  already: "is not paused",
  unsupported: "resuming is not supported",
  long: "Let a paused resource go on. Only deployments can be paused.",
  examples: "# A paused deployment\nkubectl rollout resume deployment/nginx",
});
