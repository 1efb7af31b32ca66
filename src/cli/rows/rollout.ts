import type { CommandRow } from "../command-row.ts";

/** What stands under `rollout`. */
export const rolloutRows: readonly CommandRow[] = [
  {
    path: "rollout history",
    short: "View the history of rollouts",
    load: () => import("../commands/rollout-history/rollout-history.ts"),
  },
  {
    path: "rollout pause",
    short: "Mark a resource as paused",
    load: () => import("../commands/rollout-pause/rollout-pause.ts"),
  },
  {
    path: "rollout resume",
    short: "Resume a paused resource",
    load: () => import("../commands/rollout-resume/rollout-resume.ts"),
  },
  {
    path: "rollout undo",
    short: "Go back to an earlier rollout",
    load: () => import("../commands/rollout-undo/rollout-undo.ts"),
  },
  {
    path: "rollout status",
    short: "Show how a rollout goes",
    load: () => import("../commands/rollout-status/rollout-status.ts"),
  },
  {
    path: "rollout restart",
    short: "Restart a resource",
    load: () => import("../commands/rollout-restart/rollout-restart.ts"),
  },
];
