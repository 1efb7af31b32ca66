import type { HorizontalPodAutoscaler, HPAScalingRules } from "../../kinds/types/autoscaling_v2.ts";
import type { Instant } from "../../machinery/time.ts";

/** What an autoscaler remembers: what it would have liked, and what it did. */
export interface History {
  recommendations: { at: Instant; replicas: number }[];
  scaled: { at: Instant; change: number }[];
}

/** A condition without its time. */
export interface ConditionDraft {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

/** The size to scale to, and why it is not another. */
export interface Decision {
  readonly replicas: number;
  readonly conditions: readonly ConditionDraft[];
}

const DEFAULT_WINDOW_SECONDS = 300;
const LONGEST_MS = 3_600_000;
const DEFAULT_UP: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [
    { type: "Pods", value: 4, periodSeconds: 15 },
    { type: "Percent", value: 100, periodSeconds: 15 },
  ],
};
const DEFAULT_DOWN: HPAScalingRules = {
  selectPolicy: "Max",
  policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
};

/** Forgets what no window can reach any more. */
export function trim(history: History, now: Instant): void {
  history.recommendations = history.recommendations.filter((r) => r.at > now - LONGEST_MS);
  history.scaled = history.scaled.filter((s) => s.at > now - LONGEST_MS);
}

/** Keeps a wanted size within the windows, the rates and the bounds. Mirrors normalizeDesiredReplicas and its version with behaviors. */
export function decide(
  hpa: HorizontalPodAutoscaler,
  history: History,
  current: number,
  wanted: number,
  now: Instant,
): Decision {
  const { replicas: stable, condition } = stabilize(hpa, history, current, wanted, now);
  const limited =
    hpa.spec?.behavior === undefined
      ? limitPlain(hpa, current, stable)
      : limitRates(hpa, history, current, stable, now);
  const { replicas, reason, message } = limited;
  const limit: ConditionDraft = {
    type: "ScalingLimited",
    status: replicas === stable ? "False" : "True",
    reason,
    message,
  };
  return { replicas, conditions: [condition, limit] };
}

function stabilize(
  hpa: HorizontalPodAutoscaler,
  history: History,
  current: number,
  wanted: number,
  now: Instant,
): { readonly replicas: number; readonly condition: ConditionDraft } {
  const { behavior } = hpa.spec ?? {};
  const upMs = (behavior === undefined ? 0 : (behavior.scaleUp?.stabilizationWindowSeconds ?? 0)) * 1000;
  const downMs = (behavior?.scaleDown?.stabilizationWindowSeconds ?? DEFAULT_WINDOW_SECONDS) * 1000;
  let lowest = wanted;
  let highest = wanted;
  for (const { at, replicas } of history.recommendations) {
    if (at > now - upMs) lowest = Math.min(lowest, replicas);
    if (at > now - downMs) highest = Math.max(highest, replicas);
  }
  history.recommendations.push({ at: now, replicas: wanted });
  const replicas = Math.min(Math.max(current, lowest), highest);
  const stable = behavior === undefined ? highest : replicas;
  const condition = (reason: string, message: string): ConditionDraft => ({
    type: "AbleToScale",
    status: "True",
    reason,
    message,
  });
  if (stable === wanted)
    return { replicas: stable, condition: condition("ReadyForNewScale", "recommended size matches current size") };
  return {
    replicas: stable,
    condition:
      stable > wanted
        ? condition(
            "ScaleDownStabilized",
            "recent recommendations were higher than current one, applying the highest recent recommendation",
          )
        : condition(
            "ScaleUpStabilized",
            "recent recommendations were lower than current one, applying the lowest recent recommendation",
          ),
  };
}

interface Limited {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

const RATE_UP = ["ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate"] as const;
const RATE_DOWN = [
  "ScaleDownLimit",
  "the desired replica count is decreasing faster than the maximum scale rate",
] as const;
const TOO_MANY = ["TooManyReplicas", "the desired replica count is more than the maximum replica count"] as const;
const TOO_FEW = ["TooFewReplicas", "the desired replica count is less than the minimum replica count"] as const;
const WITHIN = ["DesiredWithinRange", "the desired count is within the acceptable range"] as const;

const limited = (replicas: number, [reason, message]: readonly [string, string]): Limited => ({
  replicas,
  reason,
  message,
});
const minOf = (hpa: HorizontalPodAutoscaler): number => hpa.spec?.minReplicas ?? 1;
const maxOf = (hpa: HorizontalPodAutoscaler): number => hpa.spec?.maxReplicas ?? 1;

/** Mirrors convertDesiredReplicasWithRules: at most double, or four, at once. */
function limitPlain(hpa: HorizontalPodAutoscaler, current: number, wanted: number): Limited {
  const rate = Math.max(2 * current, 4);
  const [most, why] = maxOf(hpa) > rate ? [rate, RATE_UP] : [maxOf(hpa), TOO_MANY];
  if (wanted < minOf(hpa)) return limited(minOf(hpa), TOO_FEW);
  return wanted > most ? limited(most, why) : limited(wanted, WITHIN);
}

/** Mirrors convertDesiredReplicasWithBehaviorRate. */
function limitRates(
  hpa: HorizontalPodAutoscaler,
  history: History,
  current: number,
  wanted: number,
  now: Instant,
): Limited {
  const { scaleUp, scaleDown } = hpa.spec?.behavior ?? {};
  if (wanted > current) {
    const rate = Math.max(current, rateLimit({ ...DEFAULT_UP, ...scaleUp }, history, current, 1, now));
    const [most, why] = maxOf(hpa) > rate ? [rate, RATE_UP] : [maxOf(hpa), TOO_MANY];
    return wanted > most ? limited(most, why) : limited(wanted, WITHIN);
  }
  if (wanted < current) {
    const rate = Math.min(current, rateLimit({ ...DEFAULT_DOWN, ...scaleDown }, history, current, -1, now));
    const [least, why] = minOf(hpa) < rate ? [rate, RATE_DOWN] : [minOf(hpa), TOO_FEW];
    return wanted < least ? limited(least, why) : limited(wanted, WITHIN);
  }
  return limited(wanted, WITHIN);
}

/** How far the policies let the size go in a direction. Mirrors calculateScaleUpLimitWithScalingRules and its counterpart. */
function rateLimit(rules: HPAScalingRules, history: History, current: number, direction: 1 | -1, now: Instant): number {
  if (rules.selectPolicy === "Disabled") return current;
  const limits = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
    const recent = history.scaled.filter((s) => s.at > now - periodSeconds * 1000);
    const net = recent.reduce((total, s) => total + s.change, 0);
    const start = current - net;
    if (type === "Pods") return start + direction * value;
    const exact = start * (1 + (direction * value) / 100);
    return direction > 0 ? Math.ceil(exact) : Math.floor(exact);
  });
  if (limits.length === 0) return current;
  // The policy that allows the most wins, unless the least is asked for.
  const widest = (rules.selectPolicy === "Min") === direction < 0;
  return widest ? Math.max(...limits) : Math.min(...limits);
}
