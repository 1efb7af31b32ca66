import { pausing } from "../rollout/pausing.ts";

/** `kubectl rollout pause`. Mirrors kubectl/pkg/cmd/rollout/rollout_pause.go. */
export const command = pausing({
  verb: "paused",
  paused: true,
  already: "is already paused",
  unsupported: "pausing is not supported",
  long: "Mark a resource as paused: its controller leaves it alone until it is resumed. Only deployments can be paused.",
  examples: "# Changes of a paused deployment have no effect yet\nkubectl rollout pause deployment/nginx",
});
