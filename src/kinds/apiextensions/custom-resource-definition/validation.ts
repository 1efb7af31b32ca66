import { type FieldError, GoLiteral, goQuote, invalid, required } from "../../../machinery/field-error.ts";
import { dns1035LabelErrors, dns1123SubdomainErrors } from "../../../machinery/names.ts";
import { checkImmutable, checkRequiredOneOf } from "../../shared/check.ts";
import { goPointer, goStrings } from "../../shared/go-syntax.ts";
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
} from "../../types/apiextensions_v1.ts";
import { checkConversion } from "./conversion.ts";
import { checkVersion, checkVersionParts, hoisted } from "./version.ts";

type Spec = Partial<CustomResourceDefinitionSpec>;
type Names = Partial<CustomResourceDefinitionNames>;

/** Mirrors apiextensions validation.ValidateCustomResourceDefinition. */
export function validate(crd: CustomResourceDefinition): FieldError[] {
  const spec: Spec = crd.spec ?? {};
  return [
    ...checkName(crd.metadata.name ?? "", spec),
    ...checkSpec(spec),
    ...checkNames(crd.status?.acceptedNames, "status.acceptedNames"),
    ...checkStoredVersions(crd.status?.storedVersions, spec.versions ?? []),
    ...checkApproval(crd),
    ...checkPreserveUnknownFields(spec),
  ];
}

/** Mirrors apiextensions validation.ValidateCustomResourceDefinitionUpdate, as far as the old object is concerned. */
export function checkUpdate(crd: CustomResourceDefinition, old: CustomResourceDefinition): FieldError[] {
  const established = old.status?.conditions?.some((c) => c.type === "Established" && c.status === "True");
  return [
    ...(established
      ? [
          ...checkImmutable(crd.spec?.scope, old.spec?.scope, "spec.scope"),
          ...checkImmutable(crd.spec?.names?.kind, old.spec?.names?.kind, "spec.names.kind"),
        ]
      : []),
    ...checkImmutable(crd.spec?.group, old.spec?.group, "spec.group"),
    ...checkImmutable(crd.spec?.names?.plural, old.spec?.names?.plural, "spec.names.plural"),
  ];
}

const checkName = (name: string, spec: Spec): FieldError[] =>
  name === `${spec.names?.plural ?? ""}.${spec.group ?? ""}`
    ? []
    : [invalid("metadata.name", name, 'must be spec.names.plural+"."+spec.group')];

/** One Invalid with all that is wrong with a label, as these kinds' validation has it. */
function checkLabel(value: string, field: string, prefix = ""): FieldError[] {
  const messages = dns1035LabelErrors(prefix === "" ? value : value.toLowerCase());
  return value === "" || messages.length === 0 ? [] : [invalid(field, value, `${prefix}${messages.join(",")}`)];
}

const mixedCase = "may have mixed case, but should otherwise match: ";

/** Mirrors apiextensions validation.ValidateCustomResourceDefinitionNames. */
export function checkNames(names: Names | undefined, field: string): FieldError[] {
  const { plural = "", singular = "", kind = "", listKind = "", shortNames = [], categories = [] } = names ?? {};
  return [
    ...checkLabel(plural, `${field}.plural`),
    ...checkLabel(singular, `${field}.singular`),
    ...checkLabel(kind, `${field}.kind`, mixedCase),
    ...checkLabel(listKind, `${field}.listKind`, mixedCase),
    ...shortNames.flatMap((name, i) => checkLabel(name, `${field}.shortNames[${i}]`)),
    ...(kind !== "" && kind === listKind
      ? [invalid(`${field}.listKind`, listKind, "kind and listKind may not be the same")]
      : []),
    ...categories.flatMap((name, i) => checkLabel(name, `${field}.categories[${i}]`)),
  ];
}

function checkSpec(spec: Spec): FieldError[] {
  const versions = spec.versions ?? [];
  const names = spec.names ?? ({} as Names);
  const shared = hoisted(versions);
  return [
    ...checkGroup(spec.group ?? ""),
    ...checkRequiredOneOf(spec.scope, ["Cluster", "Namespaced"], "spec.scope"),
    ...versions.flatMap((v, i) =>
      v.served && !v.schema?.openAPIV3Schema
        ? [required(`spec.versions[${i}].schema.openAPIV3Schema`, "schemas are required")]
        : [],
    ),
    ...versions.flatMap((v, i) => checkVersion(v, shared, `spec.versions[${i}]`)),
    ...checkVersionList(versions, shared),
    ...(["plural", "singular", "kind", "listKind"] as const).flatMap((key) =>
      names[key] ? [] : [required(`spec.names.${key}`)],
    ),
    ...checkNames(names, "spec.names"),
    ...checkVersionParts(shared, versions, { at: "spec", schema: "spec.validation" }),
    ...checkConversion(spec.conversion, "spec.conversion"),
  ];
}

function checkGroup(group: string): FieldError[] {
  if (group === "") return [required("spec.group")];
  const messages = dns1123SubdomainErrors(group);
  if (messages.length > 0) return [invalid("spec.group", group, messages.join(","))];
  return group.includes(".") ? [] : [invalid("spec.group", group, "should be a domain with at least one dot")];
}

function checkVersionList(
  versions: readonly CustomResourceDefinitionVersion[],
  shared: Partial<CustomResourceDefinitionVersion>,
): FieldError[] {
  const shown = goVersions(versions, shared);
  const errors: FieldError[] = [];
  if (new Set(versions.map((v) => v.name)).size < versions.length)
    errors.push(invalid("spec.versions", shown, "must contain unique version names"));
  if (versions.filter((v) => v.storage).length !== 1)
    errors.push(invalid("spec.versions", shown, "must have exactly one version marked as storage version"));
  return errors;
}

/** The versions as Go's %#v prints them once what they share has been moved to the spec. */
function goVersions(
  versions: readonly CustomResourceDefinitionVersion[],
  shared: Partial<CustomResourceDefinitionVersion>,
): GoLiteral {
  const type = "apiextensions.CustomResourceDefinitionVersion";
  if (versions.length === 0) return new GoLiteral(`[]${type}(nil)`);
  const pointer = (goType: string, value: unknown, moved: unknown): string =>
    goPointer(`apiextensions.${goType}`, moved === undefined ? value : undefined);
  const items = versions.map((v) =>
    [
      `${type}{Name:${goQuote(v.name ?? "")}`,
      `Served:${v.served ?? false}`,
      `Storage:${v.storage ?? false}`,
      `Deprecated:${v.deprecated ?? false}`,
      `DeprecationWarning:${goPointer("string", v.deprecationWarning)}`,
      `Schema:${pointer("CustomResourceValidation", v.schema, shared.schema)}`,
      `Subresources:${pointer("CustomResourceSubresources", v.subresources, shared.subresources)}`,
      "AdditionalPrinterColumns:[]apiextensions.CustomResourceColumnDefinition(nil)",
      "SelectableFields:[]apiextensions.SelectableField(nil)}",
    ].join(", "),
  );
  return new GoLiteral(`[]${type}{${items.join(", ")}}`);
}

/** Mirrors apiextensions validation.ValidateCustomResourceDefinitionStoredVersions. */
function checkStoredVersions(
  stored: readonly string[] | undefined,
  versions: readonly CustomResourceDefinitionVersion[],
): FieldError[] {
  const field = "status.storedVersions";
  if (!stored?.length)
    return [invalid(field, new GoLiteral(goStrings(undefined)), "must have at least one stored version")];
  return stored.flatMap((name, i) =>
    versions.some((v) => v.name === name) ? [] : [invalid(`${field}[${i}]`, name, "must appear in spec.versions")],
  );
}

const approval = "api-approved.kubernetes.io";
const approvalHelp = "see https://github.com/kubernetes/enhancements/pull/1111";

/** Groups of the community need its word. Mirrors apihelpers.GetAPIApprovalState. */
function checkApproval({ metadata, spec }: CustomResourceDefinition): FieldError[] {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(spec?.group ?? "")) return [];
  const field = `metadata.annotations[${approval}]`;
  const value = metadata.annotations?.[approval];
  if (!value) return [required(field, `protected groups must have approval annotation "${approval}", ${approvalHelp}`)];
  if (value.startsWith("unapproved") || /^[a-z][a-z0-9+.-]*:\/\/[^/]+/i.test(value)) return [];
  const detail = `protected groups must have approval annotation "${approval}" with either a URL or a reason starting with "unapproved", ${approvalHelp}`;
  return [invalid(field, value, detail)];
}

const checkPreserveUnknownFields = ({ preserveUnknownFields }: Spec): FieldError[] =>
  preserveUnknownFields
    ? [
        invalid(
          "spec.preserveUnknownFields",
          true,
          "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead",
        ),
      ]
    : [];
