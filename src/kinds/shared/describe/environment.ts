import { parseQuantity, quantityMilliValue, quantityValue, tryParseQuantity } from "../../../machinery/quantity.ts";
import type { DescribeWriter } from "../../definition.ts";
import type { Container, EnvFromSource, EnvVar, EnvVarSource } from "../../types/core_v1.ts";

/** What a fieldRef yields; undefined where there is no pod to ask (a template). */
export type FieldResolver = (fieldPath: string) => string;

type ResourceFieldRef = NonNullable<EnvVarSource["resourceFieldRef"]>;

/** The amount that a resourceFieldRef hands to a container, rounded up to its divisor. Mirrors kubectl/pkg/util/resource ExtractContainerResourceValue. */
function resourceText({ resource, divisor }: ResourceFieldRef, container: Container): string {
  const [list, name = ""] = resource.split(/\.(.*)/s);
  const isLimit = list === "limits";
  const known = name === "cpu" || name === "memory" || name === "ephemeral-storage" || name.startsWith("hugepages-");
  if ((!isLimit && list !== "requests") || !known) return "";
  const amounts = isLimit ? container.resources?.limits : container.resources?.requests;
  const amount = tryParseQuantity(amounts?.[name]) ?? parseQuantity("0");
  const given = tryParseQuantity(divisor);
  const unit = given === undefined || given.nanos === 0n ? parseQuantity("1") : given;
  const of = name === "cpu" ? quantityMilliValue : quantityValue;
  return String(Math.ceil(of(amount) / of(unit)));
}

function resourceVariable(reference: ResourceFieldRef, container: Container): string {
  const { resource } = reference;
  const value = resourceText(reference, container);
  const unlimited = value === "0" && (resource === "limits.cpu" || resource === "limits.memory");
  return `${unlimited ? "node allocatable" : value} (${resource})`;
}

function sourceText(
  source: EnvVarSource,
  container: Container,
  resolve: FieldResolver | undefined,
): string | undefined {
  const { fieldRef, resourceFieldRef, secretKeyRef: secret, configMapKeyRef: map } = source;
  if (fieldRef) {
    const { apiVersion = "v1", fieldPath } = fieldRef;
    return `${resolve?.(fieldPath) ?? ""} (${apiVersion}:${fieldPath})`;
  }
  if (resourceFieldRef) return resourceVariable(resourceFieldRef, container);
  if (secret)
    return `<set to the key '${secret.key}' in secret '${secret.name}'>\tOptional: ${secret.optional ?? false}`;
  if (map) return `<set to the key '${map.key}' of config map '${map.name}'>\tOptional: ${map.optional ?? false}`;
  return undefined;
}

function variable(out: DescribeWriter, env: EnvVar, container: Container, resolve: FieldResolver | undefined): void {
  if (env.valueFrom) {
    const text = sourceText(env.valueFrom, container, resolve);
    if (text !== undefined) out.write(3, `${env.name}:\t${text}\n`);
    return;
  }
  const [first, ...more] = (env.value ?? "").split("\n");
  out.write(3, `${env.name}:\t${first}\n`);
  for (const line of more) out.write(3, `\t${line}\n`);
}

function fromSource(out: DescribeWriter, { configMapRef, secretRef, prefix }: EnvFromSource): void {
  const reference = configMapRef ?? secretRef;
  const kind = configMapRef ? "ConfigMap" : secretRef ? "Secret" : "";
  const how = prefix ? `${kind} with prefix '${prefix}'` : kind;
  out.write(3, `${reference?.name ?? ""}\t${how}\tOptional: ${reference?.optional ?? false}\n`);
}

/** Where a container's environment comes from. Mirrors describe.describeContainerEnvFrom and describeContainerEnvVars. */
export function describeEnvironment(
  out: DescribeWriter,
  container: Container,
  resolve: FieldResolver | undefined,
): void {
  if (container.envFrom?.length) {
    out.write(2, "Environment Variables from:\n");
    for (const source of container.envFrom) fromSource(out, source);
  }
  out.write(2, `Environment:${container.env?.length ? "" : "\t<none>"}\n`);
  for (const env of container.env ?? []) variable(out, env, container, resolve);
}
