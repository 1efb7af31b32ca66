import type { Environment } from "@marcbachmann/cel-js";

/** Who asks. */
interface CelUser {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What an expression asks: whether somebody may do something. */
export interface CelAccess {
  readonly user: CelUser;
  readonly verb: string;
  readonly isResource: boolean;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
}

/** Decides about an access. */
export type CelAuthorize = (access: CelAccess) => { readonly allowed: boolean; readonly reason: string };

interface Asker {
  readonly user: CelUser;
  readonly authorize: CelAuthorize;
}

class CelPathCheck {
  readonly asker: Asker;
  readonly path: string;
  constructor(asker: Asker, path: string) {
    this.asker = asker;
    this.path = path;
  }
}

class CelGroupCheck {
  readonly asker: Asker;
  readonly group: string;
  constructor(asker: Asker, group: string) {
    this.asker = asker;
    this.group = group;
  }
}

type Target = Pick<CelAccess, "group" | "resource" | "subresource" | "namespace" | "name">;

class CelResourceCheck {
  readonly asker: Asker;
  readonly target: Target;
  constructor(asker: Asker, target: Target) {
    this.asker = asker;
    this.target = target;
  }
}

class CelDecision {
  readonly allowed: boolean;
  readonly reason: string;
  constructor(allowed: boolean, reason: string) {
    this.allowed = allowed;
    this.reason = reason;
  }
}

class CelAuthorizer {
  readonly asker: Asker;
  readonly requestResource: CelResourceCheck;
  constructor(asker: Asker, requestResource: CelResourceCheck) {
    this.asker = asker;
    this.requestResource = requestResource;
  }
}

/** The variable `authorizer` of a request by `user` for `target`. */
export const celAuthorizer = (user: CelUser, target: Target, authorize: CelAuthorize): object =>
  new CelAuthorizer({ user, authorize }, new CelResourceCheck({ user, authorize }, target));

const nowhere: Omit<CelAccess, "user" | "verb" | "isResource"> = {
  ...{ group: "", resource: "", subresource: "", namespace: "", name: "", path: "" },
};

function decide({ user, authorize }: Asker, access: Partial<CelAccess>): CelDecision {
  const { allowed, reason } = authorize({ ...nowhere, user, verb: "", isResource: false, ...access });
  return new CelDecision(allowed, reason);
}

const serviceAccount = (namespace: string, name: string): CelUser => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`],
});

/** Asking, within an expression, what somebody may do. Mirrors apiserver/pkg/cel/library/authz.go; selectors narrow nothing for RBAC. */
export function registerAuthorization(environment: Environment): void {
  const types = {
    PathCheck: CelPathCheck,
    GroupCheck: CelGroupCheck,
    ResourceCheck: CelResourceCheck,
    Decision: CelDecision,
  };
  for (const [name, ctor] of Object.entries(types)) environment.registerType(name, { ctor, fields: {} });
  environment
    .registerType("Authorizer", { ctor: CelAuthorizer, fields: { requestResource: "ResourceCheck" } })
    .registerFunction(
      "Authorizer.path(string): PathCheck",
      ({ asker }: CelAuthorizer, path: string) => new CelPathCheck(asker, path),
    )
    .registerFunction(
      "Authorizer.group(string): GroupCheck",
      ({ asker }: CelAuthorizer, group: string) => new CelGroupCheck(asker, group),
    )
    .registerFunction(
      "Authorizer.serviceAccount(string, string): Authorizer",
      ({ asker, requestResource }: CelAuthorizer, namespace: string, name: string) =>
        new CelAuthorizer({ ...asker, user: serviceAccount(namespace, name) }, requestResource),
    )
    .registerFunction(
      "GroupCheck.resource(string): ResourceCheck",
      ({ asker, group }: CelGroupCheck, resource: string) =>
        new CelResourceCheck(asker, { group, resource, subresource: "", namespace: "", name: "" }),
    )
    .registerFunction("PathCheck.check(string): Decision", ({ asker, path }: CelPathCheck, verb: string) =>
      decide(asker, { verb, path }),
    )
    .registerFunction("ResourceCheck.check(string): Decision", ({ asker, target }: CelResourceCheck, verb: string) =>
      decide(asker, { ...target, verb, isResource: true }),
    )
    .registerFunction("Decision.allowed(): bool", (decision: CelDecision) => decision.allowed)
    .registerFunction("Decision.reason(): string", (decision: CelDecision) => decision.reason)
    .registerFunction("Decision.errored(): bool", () => false)
    .registerFunction("Decision.error(): string", () => "");
  for (const part of ["subresource", "namespace", "name"] as const)
    environment.registerFunction(
      `ResourceCheck.${part}(string): ResourceCheck`,
      ({ asker, target }: CelResourceCheck, value: string) => new CelResourceCheck(asker, { ...target, [part]: value }),
    );
  for (const selector of ["fieldSelector", "labelSelector"])
    environment.registerFunction(
      `ResourceCheck.${selector}(string): ResourceCheck`,
      (check: CelResourceCheck, _selector: string) => check,
    );
}
