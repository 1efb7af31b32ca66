import { type FieldError, fieldForbidden, invalid, required } from "../../../machinery/field-error.ts";
import { httpHeaderNameErrors } from "../../../machinery/names.ts";
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from "../../types/core_v1.ts";
import { checkNonNegative, checkOneOf, checkPortNumberOrName, invalidEach } from "../check.ts";

type Handler = Pick<Probe, "exec" | "httpGet" | "tcpSocket" | "grpc"> & Pick<LifecycleHandler, "sleep">;

/** Which of a container's three probes; what they may say differs a little. */
export type ProbeRole = "livenessProbe" | "readinessProbe" | "startupProbe";

/** Mirrors core validation.validateLivenessProbe, validateReadinessProbe and validateStartupProbe. */
export function checkProbe(
  probe: Probe | undefined,
  role: ProbeRole,
  gracePeriod: number,
  field: string,
): FieldError[] {
  if (!probe) return [];
  const { exec, httpGet, tcpSocket, grpc } = probe;
  const errors = checkHandler({ exec, httpGet, tcpSocket, grpc }, gracePeriod, field);
  for (const name of [
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
  ] as const)
    errors.push(...checkNonNegative(probe[name], `${field}.${name}`));
  const grace = probe.terminationGracePeriodSeconds;
  const graceField = `${field}.terminationGracePeriodSeconds`;
  if (typeof grace === "number" && grace <= 0) errors.push(invalid(graceField, grace, "must be greater than 0"));
  if (role === "readinessProbe") {
    if (typeof grace === "number") errors.push(invalid(graceField, grace, "must not be set for readinessProbes"));
  } else if (probe.successThreshold !== 1)
    errors.push(invalid(`${field}.successThreshold`, probe.successThreshold ?? 0, "must be 1"));
  return errors;
}

/** Mirrors core validation.validateLifecycle. */
export function checkLifecycle(lifecycle: Lifecycle | undefined, gracePeriod: number, field: string): FieldError[] {
  if (!lifecycle) return [];
  const errors: FieldError[] = [];
  for (const name of ["postStart", "preStop"] as const)
    if (lifecycle[name]) errors.push(...checkHandler(lifecycle[name], gracePeriod, `${field}.${name}`));
  return errors;
}

/** Exactly one of the ways to act. Mirrors core validation.validateHandler. */
function checkHandler(handler: Handler, gracePeriod: number, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const checks: { readonly [K in keyof Handler]-?: (value: NonNullable<Handler[K]>, path: string) => FieldError[] } = {
    exec: (exec, path) => ((exec.command ?? []).length === 0 ? [required(`${path}.command`)] : []),
    httpGet: checkHttpGet,
    tcpSocket: (tcp, path) => checkPortNumberOrName(tcp.port, `${path}.port`),
    grpc: (grpc, path) => checkPortNumberOrName(grpc.port, `${path}.port`),
    sleep: (sleep, path) =>
      sleep.seconds < 0 || sleep.seconds > gracePeriod
        ? [
            invalid(
              path,
              sleep.seconds,
              `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`,
            ),
          ]
        : [],
  };
  let count = 0;
  for (const name of ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] as const) {
    const value = handler[name];
    if (!value) continue;
    if (count++ > 0) errors.push(fieldForbidden(`${field}.${name}`, "may not specify more than 1 handler type"));
    else errors.push(...checks[name](value as never, `${field}.${name}`));
  }
  if (count === 0) errors.push(required(field, "must specify a handler type"));
  return errors;
}

function checkHttpGet(http: HTTPGetAction, field: string): FieldError[] {
  return [
    ...(http.path ? [] : [required(`${field}.path`)]),
    ...checkPortNumberOrName(http.port, `${field}.port`),
    ...checkOneOf(http.scheme, ["HTTP", "HTTPS"], `${field}.scheme`),
    ...(http.httpHeaders ?? []).flatMap((h) =>
      invalidEach(`${field}.httpHeaders`, h.name, httpHeaderNameErrors(h.name)),
    ),
  ];
}
