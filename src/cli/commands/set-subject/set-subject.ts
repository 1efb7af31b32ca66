import { deepEqual, type JsonObject } from "../../../machinery/object.ts";
import {
  findInfos,
  refuseLocalResources,
  refuseLocalServer,
  type SetOptions,
  setFlags,
  setOptions,
  updateObjects,
} from "../../change/template-update.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { selectorFlag } from "../../flags/common-flags.ts";
import { declareFlags } from "../../flags/flag.ts";
import { RBAC_GROUP, subjectFlags, subjectsOf } from "../../generate/subjects.ts";
import { describeCommand } from "../../help/command-text.ts";
import type { Info } from "../../resources/info.ts";

interface SetSubjectOptions extends SetOptions {
  readonly infos: readonly Info[];
  readonly subjects: readonly JsonObject[];
}

function checkNamespaces(subjects: readonly JsonObject[], infos: readonly Info[]): void {
  if (!infos.some((i) => i.resource.kind === "ClusterRoleBinding")) return;
  if (subjects.some((s) => s["namespace"] === ""))
    throw new Error("serviceaccount must be <namespace>:<name>, namespace must be specified");
}

/** `kubectl set subject`. Mirrors kubectl/pkg/cmd/set/set_subject.go. */
export const command: CommandDefinition<SetSubjectOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage:
        "(-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]",
      long: "Add users, groups or service accounts to a role binding or cluster role binding.",
      examples: `
# A service account
kubectl set subject clusterrolebinding admin --serviceaccount=namespace:serviceaccount1

# Users and a group
kubectl set subject rolebinding admin --user=user1 --user=user2 --group=group1`,
    });
    declareFlags(c, ...setFlags, selectorFlag, ...subjectFlags);
  },
  complete: async (session, flags, args) => {
    const base = await setOptions(session, flags, args);
    refuseLocalResources(base, args);
    const infos = await findInfos(session, base.build);
    if (base.all && base.selector !== "") throw new Error("cannot set --all and --selector at the same time");
    refuseLocalServer(base);
    if (flags["user"].length + flags["group"].length + flags["serviceaccount"].length === 0)
      throw new Error("you must specify at least one value of user, group or serviceaccount");
    const subjects = subjectsOf(flags, true);
    checkNamespaces(subjects, infos);
    const placed = subjects.map((s) => (s["namespace"] === "" ? { ...s, namespace: base.build.namespace } : s));
    return { ...base, infos, subjects: placed };
  },
  run: (session, o) =>
    updateObjects(session, o, o.infos, {
      operation: "subjects updated",
      failure: "failed to patch subjects to rolebinding:",
      update: (info, object) => {
        const { group, kind } = info.resource;
        if (group !== RBAC_GROUP || (kind !== "RoleBinding" && kind !== "ClusterRoleBinding"))
          throw new Error("setting subjects is only supported for RoleBinding/ClusterRoleBinding");
        const present: JsonObject[] = object["subjects"] ?? [];
        const added = o.subjects.filter((s) => !present.some((p) => deepEqual(p, s)));
        object["subjects"] = [...present, ...added];
        return added.length > 0;
      },
    }),
};
