/** Where kubectl's client-side apply keeps the configuration that it applied last. */
export const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";
