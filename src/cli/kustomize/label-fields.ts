import type { FieldSpec } from "./field-paths.ts";

const TEMPLATED = ["ReplicationController", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job"] as const;

/** Where pod templates and the like have a map of metadata. */
function templateFields(field: "labels" | "annotations"): FieldSpec[] {
  return [
    ...TEMPLATED.map((kind) => ({ kind, path: `spec/template/metadata/${field}`, create: true })),
    { kind: "CronJob", path: `spec/jobTemplate/metadata/${field}`, create: true },
    { kind: "CronJob", path: `spec/jobTemplate/spec/template/metadata/${field}`, create: true },
  ];
}

/** metadata.labels alone. */
export const labelFields: readonly FieldSpec[] = [{ path: "metadata/labels", create: true }];

/** Labels of pod templates, for includeTemplates. */
export const templateLabelFields: readonly FieldSpec[] = [
  ...templateFields("labels"),
  { kind: "StatefulSet", path: "spec/volumeClaimTemplates/metadata/labels", create: true },
];

const AFFINITY = ["podAffinity", "podAntiAffinity"].flatMap((kind) => [
  `affinity/${kind}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels`,
  `affinity/${kind}/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels`,
]);

const placementFields: readonly FieldSpec[] = ["Deployment", "StatefulSet"].flatMap((kind) =>
  [...AFFINITY, "topologySpreadConstraints/labelSelector/matchLabels"].map((path) => ({
    kind,
    path: `spec/template/spec/${path}`,
  })),
);

/** Labels and selectors, for commonLabels and includeSelectors. Mirrors kustomize's builtinpluginconsts/commonlabels.go. */
export const selectorFields: readonly FieldSpec[] = [
  ...templateLabelFields,
  { kind: "Service", group: "", path: "spec/selector", create: true },
  { kind: "ReplicationController", group: "", path: "spec/selector", create: true },
  ...["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"].map((kind) => ({
    kind,
    path: "spec/selector/matchLabels",
    create: true,
  })),
  ...placementFields,
  { kind: "Job", path: "spec/selector/matchLabels" },
  { kind: "CronJob", path: "spec/jobTemplate/spec/selector/matchLabels" },
  { kind: "PodDisruptionBudget", path: "spec/selector/matchLabels" },
  { kind: "NetworkPolicy", path: "spec/podSelector/matchLabels" },
  { kind: "NetworkPolicy", path: "spec/ingress/from/podSelector/matchLabels" },
  { kind: "NetworkPolicy", path: "spec/egress/to/podSelector/matchLabels" },
];

/** Where annotations go. */
export const annotationFields: readonly FieldSpec[] = [
  { path: "metadata/annotations", create: true },
  ...templateFields("annotations"),
];
