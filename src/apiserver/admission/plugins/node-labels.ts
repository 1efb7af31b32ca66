type Labels = Readonly<Record<string, string>> | undefined;

const kubeletLabels: ReadonlySet<string> = new Set([
  ...["kubernetes.io/hostname", "kubernetes.io/os", "kubernetes.io/arch", "beta.kubernetes.io/os"],
  ...["beta.kubernetes.io/arch", "beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"],
  ...["topology.kubernetes.io/zone", "topology.kubernetes.io/region"],
  ...["failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region"],
]);

const isWithin = (namespace: string, ...domains: readonly string[]): boolean =>
  domains.some((d) => namespace === d || namespace.endsWith(`.${d}`));

/** The labels that differ and are not for a kubelet to change, sorted. Mirrors noderestriction getForbiddenLabels and kubelet/pkg/apis IsKubeletLabel. */
export function forbiddenLabels(labels: Labels, old: Labels): string[] {
  const keys = new Set([...Object.keys(labels ?? {}), ...Object.keys(old ?? {})]);
  return [...keys].filter((key) => labels?.[key] !== old?.[key] && isForbidden(key)).sort();
}

function isForbidden(label: string): boolean {
  const slash = label.indexOf("/");
  const namespace = slash < 0 ? "" : label.slice(0, slash);
  if (isWithin(namespace, "node-restriction.kubernetes.io")) return true;
  if (!isWithin(namespace, "kubernetes.io", "k8s.io") || kubeletLabels.has(label)) return false;
  return !isWithin(namespace, "kubelet.kubernetes.io", "node.kubernetes.io");
}
