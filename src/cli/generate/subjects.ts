import type { JsonObject } from "../../machinery/object.ts";
import { type FlagSpec, flag } from "../flags/flag.ts";

export const RBAC_GROUP = "rbac.authorization.k8s.io";

/** --user, --group and --serviceaccount. */
export const subjectFlags: readonly FlagSpec[] = [
  flag.array("group", "Group to bind; may be given several times."),
  flag.array("serviceaccount", "Service account to bind, as NAMESPACE:NAME; may be given several times."),
  flag.array("user", "User to bind; may be given several times."),
];

function serviceAccount(text: string, lax: boolean): JsonObject {
  const parts = text.split(":");
  if (parts.length !== 2 || parts[1] === "" || (!lax && parts[0] === ""))
    throw new Error("serviceaccount must be <namespace>:<name>");
  return { kind: "ServiceAccount", namespace: parts[0], name: parts[1] };
}

/** The subjects of a binding: users, groups, service accounts. `lax` lets an account's namespace be empty, as `set subject` does. */
export function subjectsOf(flags: Readonly<Record<string, any>>, lax = false): JsonObject[] {
  const named = (kind: string) => (name: string) => ({ kind, apiGroup: RBAC_GROUP, name });
  return [
    ...flags["user"].map(named("User")),
    ...flags["group"].map(named("Group")),
    ...flags["serviceaccount"].map((text: string) => serviceAccount(text, lax)),
  ];
}
