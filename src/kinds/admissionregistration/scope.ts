import type { CelScope } from "../../machinery/cel/checker.ts";
import { authorizerType, resourceCheckType } from "../../machinery/cel/declarations.ts";
import { type CelType, celTypes, listType, mapType, objectType } from "../../machinery/cel/types.ts";

const { bool, dyn, int, string, timestamp } = celTypes;
const strings = listType(string);

const object = (name: string, fields: Readonly<Record<string, CelType>>): CelType =>
  objectType(`kubernetes.${name}`, (field) => (Object.hasOwn(fields, field) ? fields[field] : undefined));

const kind = object("GroupVersionKind", { group: string, version: string, kind: string });
const resource = object("GroupVersionResource", { group: string, version: string, resource: string });
const request = object("AdmissionRequest", {
  ...{ kind, resource, requestKind: kind, requestResource: resource, subResource: string, requestSubResource: string },
  ...{ name: string, namespace: string, operation: string, dryRun: bool, options: dyn },
  userInfo: object("UserInfo", { username: string, uid: string, groups: strings, extra: mapType(string, strings) }),
});

const texts = mapType(string, string);
const namespaceObject = object("Namespace", {
  metadata: object("NamespaceMetadata", {
    ...{ name: string, generateName: string, namespace: string, labels: texts, annotations: texts, UID: string },
    ...{ creationTimestamp: timestamp, deletionTimestamp: timestamp, deletionGracePeriodSeconds: int },
    ...{ generation: int, resourceVersion: string, finalizers: strings },
  }),
  spec: object("NamespaceSpec", { finalizers: strings }),
  status: object("NamespaceStatus", {
    conditions: listType(
      object("NamespaceCondition", {
        ...{ status: string, type: string, lastTransitionTime: timestamp, message: string, reason: string },
      }),
    ),
    phase: string,
  }),
});

/** The variables of an admission expression. Mirrors apiserver/pkg/admission/plugin/cel createEnvForOpts. */
export const admissionScope = (has: { readonly params: boolean; readonly authorizer: boolean }): CelScope => ({
  ...{ object: dyn, oldObject: dyn, namespaceObject, request },
  ...(has.params ? { params: dyn } : {}),
  ...(has.authorizer ? { authorizer: authorizerType, "authorizer.requestResource": resourceCheckType } : {}),
});

/** The same with a policy's own variables. */
export const withVariables = (scope: CelScope, variables: Readonly<Record<string, CelType>>): CelScope => ({
  ...scope,
  variables: object("variables", variables),
});
