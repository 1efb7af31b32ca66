import { formatLabelTerms, labelTermsOfMap, SelectorError } from "../../machinery/selectors/label.ts";
import { labelSelectorTerms } from "../../machinery/selectors/label-selector.ts";
import type { PodSpec } from "../types/core_v1.ts";
import type { LabelSelector } from "../types/meta_v1.ts";

/** A port as expose takes it over. */
export interface ExposedPort {
  readonly port: number;
  readonly protocol: string;
  readonly name?: string;
}

/** All ports of a pod's containers. Mirrors polymorphichelpers' getPorts and getProtocols. */
export const containerPorts = (spec: PodSpec | undefined): readonly ExposedPort[] =>
  (spec?.containers ?? []).flatMap((c) =>
    (c.ports ?? []).map((p) => ({
      port: p.containerPort,
      protocol: p.protocol ?? "TCP",
      ...(p.name === undefined ? {} : { name: p.name }),
    })),
  );

/** The selector of a workload's pods, as text. Throws kubectl's error for a broken one. Mirrors polymorphichelpers.SelectorsForObject. */
export function workloadSelector(selector: LabelSelector | undefined): string {
  try {
    return formatLabelTerms(labelSelectorTerms(selector) ?? []);
  } catch (error) {
    if (error instanceof SelectorError) throw new Error(`invalid label selector: ${error.message}`);
    throw error;
  }
}

/** The same of a plain map. */
export const mapSelector = (map: Readonly<Record<string, string>> | undefined): string =>
  formatLabelTerms(labelTermsOfMap(map));

/** A selector as the map that a service needs. `kind` names the workload in the refusals. Mirrors polymorphichelpers.MapBasedSelectorForObject. */
export function selectorAsMap(selector: LabelSelector | undefined, kind: string): Record<string, string> {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  if (Object.keys(matchLabels).length === 0)
    throw new Error(`invalid ${kind}: no selectors, therefore cannot be exposed`);
  if (matchExpressions.length > 0) {
    const texts = matchExpressions.map(
      (e) => `{Key:${e.key} Operator:${e.operator} Values:[${(e.values ?? []).join(" ")}]}`,
    );
    throw new Error(`couldn't convert expressions - "[${texts.join(" ")}]" to map-based selector format`);
  }
  return { ...matchLabels };
}

/** How far a rollout is. */
export interface RolloutState {
  readonly message: string;
  readonly done: boolean;
}

export const waiting = (message: string): RolloutState => ({ message, done: false });
export const finished = (message: string): RolloutState => ({ message, done: true });

/** Throws unless the workload replaces its pods by itself. */
export function requireRollingUpdate(strategy: string | undefined): void {
  if (strategy !== "RollingUpdate") throw new Error("rollout status is only available for RollingUpdate strategy type");
}
