import { type FieldError, invalid, required } from "../../../machinery/field-error.ts";
import { dns1035LabelErrors, dns1123SubdomainErrors } from "../../../machinery/names.ts";
import type { Strategy } from "../../definition.ts";
import { invalidEach } from "../../shared/check.ts";
import { keep, plainStatus } from "../../shared/keep.ts";
import type { APIService, APIServiceSpec } from "../../types/apiregistration_v1.ts";

/** Mirrors kube-aggregator/pkg/registry/apiservice/strategy.go. */
export const strategy: Strategy<APIService> = {
  defaults({ spec }) {
    if (spec?.service) spec.service.port ??= 443;
  },
  prepareForCreate(service) {
    service.status = {};
    // What the apiserver serves itself is there from the start.
    if (service.spec && !service.spec.service)
      service.status.conditions = [
        { type: "Available", status: "True", reason: "Local", message: "Local APIServices are always available" },
      ];
  },
  prepareForUpdate(service, old) {
    keep(service, old, "status");
  },
  validate,
  allowUnconditionalUpdate: false,
  status: plainStatus,
};

function validate(service: APIService): FieldError[] {
  const spec = service.spec ?? ({} as Partial<APIServiceSpec>);
  const { group = "", version = "" } = spec;
  const errors: FieldError[] = [];
  const wanted = `${version}.${group}`;
  const name = service.metadata.name ?? "";
  if (name !== wanted)
    errors.push(invalid("metadata.name", name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`));
  if (group) errors.push(...invalidEach("spec.group", group, dns1123SubdomainErrors(group)));
  else if (version !== "v1")
    errors.push(required("spec.group", "only v1 may have an empty group and it better be legacy kube"));
  if (!version) errors.push(required("spec.version"));
  else errors.push(...invalidEach("spec.version", version, dns1035LabelErrors(version)));
  const priority = spec.groupPriorityMinimum ?? 0;
  if (priority <= 0 || priority > 20000)
    errors.push(invalid("spec.groupPriorityMinimum", priority, "must be positive and less than 20000"));
  const versionPriority = spec.versionPriority ?? 0;
  if (versionPriority <= 0 || versionPriority > 1000)
    errors.push(invalid("spec.versionPriority", versionPriority, "must be positive and less than 1000"));
  return [...errors, ...checkBackend(spec)];
}

function checkBackend(spec: Partial<APIServiceSpec>): FieldError[] {
  const bytes = Buffer.byteLength(spec.caBundle ?? "", "base64");
  const errors: FieldError[] = [];
  if (!spec.service) {
    if (bytes > 0) errors.push(invalid("spec.caBundle", `${bytes} bytes`, "local APIServices may not have a caBundle"));
    if (spec.insecureSkipTLSVerify)
      errors.push(invalid("spec.insecureSkipTLSVerify", true, "local APIServices may not have insecureSkipTLSVerify"));
    return errors;
  }
  if (!spec.service.namespace) errors.push(required("spec.service.namespace"));
  if (!spec.service.name) errors.push(required("spec.service.name"));
  const port = spec.service.port ?? 0;
  if (port < 1 || port > 65535)
    errors.push(invalid("spec.service.port", port, "port is not valid: must be between 1 and 65535, inclusive"));
  if (spec.insecureSkipTLSVerify && bytes > 0)
    errors.push(invalid("spec.insecureSkipTLSVerify", true, "may not be true if caBundle is present"));
  return errors;
}
