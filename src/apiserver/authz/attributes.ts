import type { UserInfo } from "../../client/transport.ts";
import { forbidden, type StatusError } from "../../machinery/status-error.ts";
import type { RequestInfo } from "../request-info.ts";

/** What somebody wants to do. Mirrors authorizer.Attributes. */
export interface AccessAttributes {
  readonly user: UserInfo;
  readonly verb: string;
  readonly isResource: boolean;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Of a request that is not for a resource. */
  readonly path: string;
}

/** What a request wants to do. */
export function attributesOf(info: RequestInfo, user: UserInfo): AccessAttributes {
  const { verb, isResource, group, resource, subresource, namespace, name, path } = info;
  return { user, verb, isResource, group, resource, subresource, namespace, name, path };
}

/** The 403 of an authorizer. Mirrors endpoints/handlers/responsewriters/errors.go. */
export function accessDenied(a: AccessAttributes, reason: string): StatusError {
  const message = `User ${JSON.stringify(a.user.name)} cannot ${describeAccess(a)}`;
  const cause = reason === "" ? message : `${message}: ${reason}`;
  return forbidden({ group: a.isResource ? a.group : "", resource: a.isResource ? a.resource : "" }, a.name, cause);
}

function describeAccess(a: AccessAttributes): string {
  if (!a.isResource) return `${a.verb} path ${JSON.stringify(a.path)}`;
  const resource = a.subresource === "" ? a.resource : `${a.resource}/${a.subresource}`;
  const where = a.namespace === "" ? "at the cluster scope" : `in the namespace ${JSON.stringify(a.namespace)}`;
  return `${a.verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(a.group)} ${where}`;
}
