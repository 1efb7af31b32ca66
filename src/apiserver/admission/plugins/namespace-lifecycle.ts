import { forbidden, notFound, StatusError } from "../../../machinery/status-error.ts";
import { storeKey } from "../../../store/object-store.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { admissionForbidden } from "../refusal.ts";

const IMMORTAL = new Set(["default", "kube-system", "kube-public"]);
const NAMESPACES = { group: "", resource: "namespaces" };

/** Nothing is made in a namespace that is not there or is going; some namespaces may not go. Mirrors apiserver/pkg/admission/plugin/namespace/lifecycle. */
export const namespaceLifecycle: AdmissionPlugin = {
  admit(request) {
    const { operation, definition, namespace, name, context } = request;
    if (definition.group === "" && definition.resource === "namespaces") {
      if (operation === "DELETE" && IMMORTAL.has(name))
        throw forbidden(NAMESPACES, name, "this namespace may not be deleted");
      return;
    }
    if (operation !== "CREATE" && operation !== "UPDATE") return;
    const stored = context.server.store.get(storeKey("", "namespaces", undefined, namespace));
    if (stored === undefined) {
      // A controller may still have to release an object whose namespace is gone already.
      if (operation === "UPDATE" || isAccessReview(definition.group)) return;
      throw notFound(NAMESPACES, namespace);
    }
    if (operation !== "CREATE" || stored.object.status?.phase !== "Terminating" || isAccessReview(definition.group))
      return;
    const refusal = admissionForbidden(
      request,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    ).status;
    throw new StatusError({
      ...refusal,
      details: {
        ...refusal.details,
        causes: [
          {
            reason: "NamespaceTerminating",
            message: `namespace ${namespace} is being terminated`,
            field: "metadata.namespace",
          },
        ],
      },
    });
  },
};

/** Asking what one may do in a namespace does not need the namespace. */
const isAccessReview = (group: string): boolean => group === "authorization.k8s.io";
