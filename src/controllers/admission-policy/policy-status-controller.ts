import type { Client } from "../../client/client.ts";
import {
  type OpenApiSchemas,
  openApiTypeOf,
} from "../../kinds/admissionregistration/validating-admission-policy/openapi-type.ts";
import {
  type CheckedKind,
  kindsToCheck,
  paramKindOf,
  resourcesToCheck,
  typeCheck,
} from "../../kinds/admissionregistration/validating-admission-policy/type-checking.ts";
import type {
  ExpressionWarning,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicySpec,
} from "../../kinds/types/admissionregistration_v1.ts";
import type { JsonObject } from "../../machinery/object.ts";
import type { Controller } from "../controller.ts";
import { path } from "../shared/paths.ts";

const GROUP = "admissionregistration.k8s.io";

/** Says in a policy's status which expressions do not fit the kinds that it is for. Mirrors pkg/controller/validatingadmissionpolicystatus. */
export const policyStatusController: Controller = {
  async reconcile(name, { client, lister }) {
    const policy = lister.get<ValidatingAdmissionPolicy>(GROUP, "validatingadmissionpolicies", undefined, name);
    const generation = policy?.metadata.generation ?? 0;
    if (policy === undefined || generation <= (policy.status?.observedGeneration ?? 0)) return undefined;
    const warnings = await check(policy.spec ?? {}, reader(client));
    const status = {
      observedGeneration: generation,
      typeChecking: warnings.length === 0 ? {} : { expressionWarnings: warnings },
    };
    const applied = { apiVersion: `${GROUP}/v1`, kind: "ValidatingAdmissionPolicy", metadata: { name }, status };
    const options = { subresource: "status", fieldManager: "validatingadmissionpolicy-status", force: true };
    const policies = path(GROUP, "v1", "validatingadmissionpolicies");
    await client.patch(policies, name, "application/apply-patch+yaml", applied as JsonObject, options);
    return undefined;
  },
};

/** Asks the server for each document once. */
function reader(client: Client): (path: string) => Promise<JsonObject> {
  const answers = new Map<string, Promise<JsonObject>>();
  const read = async (path: string): Promise<JsonObject> => {
    try {
      const answer = await client.request({ method: "GET", path, headers: { accept: "application/json" } });
      if (answer.kind === "object") return answer.body;
      return answer.kind === "text" ? JSON.parse(textOf(answer.body)) : {};
    } catch {
      return {};
    }
  };
  return (path) => {
    const known = answers.get(path) ?? read(path);
    answers.set(path, known);
    return known;
  };
}

const textOf = (body: string | Uint8Array): string =>
  typeof body === "string" ? body : new TextDecoder().decode(body);

const servedAt = (group: string, version: string): string =>
  group === "" ? `api/${version}` : `apis/${group}/${version}`;

async function check(
  spec: ValidatingAdmissionPolicySpec,
  read: (path: string) => Promise<JsonObject>,
): Promise<ExpressionWarning[]> {
  const named: Omit<CheckedKind, "type">[] = [];
  for (const { group, version, resource } of resourcesToCheck(spec)) {
    const { resources = [] } = await read(`/${servedAt(group, version)}`);
    const kind = (resources as JsonObject[]).find((r) => r["name"] === resource)?.["kind"];
    if (typeof kind === "string") named.push({ group, version, kind });
  }
  const typeOf = async (of: Omit<CheckedKind, "type">) => {
    const document = await read(`/openapi/v3/${servedAt(of.group, of.version)}`);
    const schemas: OpenApiSchemas = document["components"]?.schemas ?? {};
    return openApiTypeOf(schemas, of.group, of.version, of.kind);
  };
  const kinds: CheckedKind[] = [];
  for (const kind of kindsToCheck(named)) {
    const type = await typeOf(kind);
    if (type) kinds.push({ ...kind, type });
  }
  const params = paramKindOf(spec);
  return typeCheck(spec, kinds, params && (await typeOf(params)));
}
