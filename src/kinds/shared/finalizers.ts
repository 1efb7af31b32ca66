import { type FieldError, goQuote, invalid } from "../../machinery/field-error.ts";
import { qualifiedNameErrors } from "../../machinery/names.ts";

const standard = ["kubernetes", "orphan", "foregroundDeletion"];
const isOdd = (name: string): boolean => !name.includes("/") && !standard.includes(name);

/** Finalizers are called after their owner's domain, but for three. Mirrors core validation.validateKubeFinalizerName. */
export const kubeFinalizerErrors = (name: string, field: string): FieldError[] =>
  isOdd(name) ? [invalid(field, name, "name is neither a standard finalizer name nor is it fully qualified")] : [];

/** What custom resources are only warned of, about finalizers that `old` does not have. Mirrors apiextensions' customresource generateWarningsFromObj. */
export function finalizerWarnings(finalizers: readonly string[] = [], old: readonly string[] = []): string[] {
  return finalizers
    .filter((name) => !old.includes(name))
    .sort()
    .flatMap((name) => [
      ...qualifiedNameErrors(name).map((message) => `metadata.finalizers: ${goQuote(name)}: ${message}`),
      ...(isOdd(name)
        ? [
            `metadata.finalizers: ${goQuote(name)}: prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers`,
          ]
        : []),
    ]);
}
