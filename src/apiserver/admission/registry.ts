import type { AdmissionRegistration } from "./admission.ts";

/** The admission plugins in the order in which a kube-apiserver runs them. */
export const registrations: readonly AdmissionRegistration[] = [
  {
    name: "NamespaceLifecycle",
    handles: (operation, _target, definition) =>
      (operation === "CREATE" && definition.namespaced) ||
      (definition.group === "" && definition.resource === "namespaces" && operation === "DELETE") ||
      (operation === "UPDATE" && definition.namespaced),
    load: async () => (await import("./plugins/namespace-lifecycle.ts")).namespaceLifecycle,
  },
];
