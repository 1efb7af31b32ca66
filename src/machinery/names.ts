const labelFormat = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const subdomainFormat = `${labelFormat}(\\.${labelFormat})*`;
const underscoreLabelFormat = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const underscoreSubdomainFormat = `${underscoreLabelFormat}(\\.${underscoreLabelFormat})*`;
const dns1035Format = "[a-z]([-a-z0-9]*[a-z0-9])?";
const wildcardFormat = `\\*\\.${subdomainFormat}`;
const qualifiedFormat = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const labelValueFormat = `(${qualifiedFormat})?`;
const envVarFormat = "[-._a-zA-Z][-._a-zA-Z0-9]*";
const cIdentifierFormat = "[A-Za-z_][A-Za-z0-9_]*";
const configKeyFormat = "[-._a-zA-Z0-9]+";
const httpHeaderFormat = "[-A-Za-z0-9]+";
const percentFormat = "[0-9]+%";

const whole = (format: string): RegExp => new RegExp(`^${format}$`);
const labelPattern = whole(labelFormat);
const subdomainPattern = whole(subdomainFormat);
const dns1035Pattern = whole(dns1035Format);
const qualifiedPattern = whole(qualifiedFormat);
const labelValuePattern = whole(labelValueFormat);

const labelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const underscoreSubdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character";
const dns1035Text =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
const wildcardText =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
const qualifiedText =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const labelValueText =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const envVarText =
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit";
const relaxedEnvVarText =
  "a valid environment variable name must consist only of printable ASCII characters other than '='";
const cIdentifierText =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'";

/** How long the names that Kubernetes bounds may be, in bytes. */
export const dns1123LabelMaxLength = 63;
export const dns1123SubdomainMaxLength = 253;

/** Length in bytes of UTF-8: Go's len(). */
export const byteLength = (text: string): number => Buffer.byteLength(text);

/** "must be no more than N characters". Mirrors validation.MaxLenError. */
export const maxLengthError = (max: number): string => `must be no more than ${max} characters`;

/** The sentence that tells a format: examples and regular expression in parentheses. Mirrors validation.RegexError. */
export function regexError(message: string, format: string, ...examples: string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${format}')`;
  return `${message} (e.g. ${examples.map((e) => `'${e}', `).join(" or ")}regex used for validation is '${format}')`;
}

/** "must be between LOW and HIGH, inclusive". Mirrors validation.InclusiveRangeError. */
export const inclusiveRangeError = (low: number, high: number): string =>
  `must be between ${low} and ${high}, inclusive`;

/** "must be non-empty". Mirrors validation.EmptyError. */
export const emptyError = "must be non-empty";

const tooLong = (value: string, max: number): string[] => (byteLength(value) > max ? [maxLengthError(max)] : []);

/** What is wrong with `value` as a DNS label of RFC 1123 (namespaces, container names). Mirrors validation.IsDNS1123Label. */
export function dns1123LabelErrors(value: string): string[] {
  const errors = tooLong(value, dns1123LabelMaxLength);
  if (!labelPattern.test(value))
    errors.push(
      subdomainPattern.test(value) ? "must not contain dots" : regexError(labelText, labelFormat, "my-name", "123-abc"),
    );
  return errors;
}

/** What is wrong with `value` as a DNS subdomain of RFC 1123 (most object names). Mirrors validation.IsDNS1123Subdomain. */
export function dns1123SubdomainErrors(value: string): string[] {
  const errors = tooLong(value, dns1123SubdomainMaxLength);
  if (!subdomainPattern.test(value)) errors.push(regexError(subdomainText, subdomainFormat, "example.com"));
  return errors;
}

/** As {@link dns1123SubdomainErrors}, underscores allowed. Mirrors validation.IsDNS1123SubdomainWithUnderscore. */
export function dns1123SubdomainWithUnderscoreErrors(value: string): string[] {
  const errors = tooLong(value, dns1123SubdomainMaxLength);
  if (!whole(underscoreSubdomainFormat).test(value))
    errors.push(regexError(underscoreSubdomainText, underscoreSubdomainFormat, "example.com"));
  return errors;
}

/** What is wrong with `value` as a DNS label of RFC 1035 (service names). Mirrors validation.IsDNS1035Label. */
export function dns1035LabelErrors(value: string): string[] {
  const errors = tooLong(value, dns1123LabelMaxLength);
  if (!dns1035Pattern.test(value)) errors.push(regexError(dns1035Text, dns1035Format, "my-name", "abc-123"));
  return errors;
}

/** What is wrong with `value` as "*.example.com". Mirrors validation.IsWildcardDNS1123Subdomain. */
export function wildcardDns1123SubdomainErrors(value: string): string[] {
  const errors = tooLong(value, dns1123SubdomainMaxLength);
  if (!whole(wildcardFormat).test(value)) errors.push(regexError(wildcardText, wildcardFormat, "*.example.com"));
  return errors;
}

/** What is wrong with `value` as a label key: [prefix/]name. Mirrors validation.IsQualifiedName. */
export function qualifiedNameErrors(value: string): string[] {
  const errors: string[] = [];
  const parts = value.split("/");
  if (parts.length > 2)
    return [
      `a qualified name ${regexError(qualifiedText, qualifiedFormat, "MyName", "my.name", "123-abc")} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  const name = parts[parts.length - 1]!;
  if (parts.length === 2) {
    const prefix = parts[0]!;
    if (prefix === "") errors.push(`prefix part ${emptyError}`);
    else errors.push(...dns1123SubdomainErrors(prefix).map((e) => `prefix part ${e}`));
  }
  if (name === "") errors.push(`name part ${emptyError}`);
  else errors.push(...tooLong(name, 63).map((e) => `name part ${e}`));
  if (!qualifiedPattern.test(name))
    errors.push(`name part ${regexError(qualifiedText, qualifiedFormat, "MyName", "my.name", "123-abc")}`);
  return errors;
}

/** What is wrong with `value` as a label key. The same as {@link qualifiedNameErrors}. */
export const labelKeyErrors = qualifiedNameErrors;

/** What is wrong with `value` as an annotation key: case does not matter. Mirrors validation.ValidateAnnotations. */
export const annotationKeyErrors = (value: string): string[] => qualifiedNameErrors(value.toLowerCase());

/** What is wrong with `value` as a label's value. Mirrors validation.IsValidLabelValue. */
export function labelValueErrors(value: string): string[] {
  const errors = tooLong(value, 63);
  if (!labelValuePattern.test(value))
    errors.push(regexError(labelValueText, labelValueFormat, "MyValue", "my_value", "12345"));
  return errors;
}

/** What is wrong with `value` as a port's name (an IANA service name). Mirrors validation.IsValidPortName. */
export function portNameErrors(value: string): string[] {
  const errors = tooLong(value, 15);
  if (!/^[-a-z0-9]+$/.test(value))
    errors.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (!/[a-z]/.test(value)) errors.push("must contain at least one letter (a-z)");
  if (value.includes("--")) errors.push("must not contain consecutive hyphens");
  if (value.startsWith("-") || value.endsWith("-")) errors.push("must not begin or end with a hyphen");
  return errors;
}

/** What is wrong with `value` as a port number. Mirrors validation.IsValidPortNum. */
export const portNumberErrors = (value: number): string[] => rangeErrors(value, 1, 65535);

/** What is wrong with `value` as a whole number from `low` to `high`. Mirrors validation.IsInRange. */
export const rangeErrors = (value: number, low: number, high: number): string[] =>
  value >= low && value <= high ? [] : [inclusiveRangeError(low, high)];

/** What is wrong with `value` as a Unix user or group ID. Mirrors validation.IsValidUserID, whose bound is int32's. */
export const userIdErrors = (value: number): string[] => rangeErrors(value, 0, 2147483647);

function changeDirectoryErrors(value: string): string[] {
  if (value === ".") return ["must not be '.'"];
  if (value === "..") return ["must not be '..'"];
  return value.startsWith("..") ? ["must not start with '..'"] : [];
}

/** What is wrong with `value` as an environment variable's name, strictly: what kubectl checks. Mirrors validation.IsEnvVarName. */
export function envVarNameErrors(value: string): string[] {
  const errors: string[] = [];
  if (!whole(envVarFormat).test(value))
    errors.push(regexError(envVarText, envVarFormat, "my.env-name", "MY_ENV.NAME", "MyEnvName1"));
  return [...errors, ...changeDirectoryErrors(value)];
}

/** What is wrong with `value` as an environment variable's name for an apiserver. Mirrors validation.IsRelaxedEnvVarName. */
export function relaxedEnvVarNameErrors(value: string): string[] {
  if (value === "") return [`environment variable name ${emptyError}`];
  return /^[ -<>-~]+$/.test(value) ? [] : [relaxedEnvVarText];
}

/** What is wrong with `value` as an identifier of C. Mirrors validation.IsCIdentifier. */
export const cIdentifierErrors = (value: string): string[] =>
  whole(cIdentifierFormat).test(value)
    ? []
    : [regexError(cIdentifierText, cIdentifierFormat, "my_name", "MY_NAME", "MyName")];

/** What is wrong with `value` as a key in a ConfigMap's or Secret's data. Mirrors validation.IsConfigMapKey. */
export function configMapKeyErrors(value: string): string[] {
  const errors = tooLong(value, dns1123SubdomainMaxLength);
  if (!whole(configKeyFormat).test(value))
    errors.push(
      regexError(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        configKeyFormat,
        "key.name",
        "KEY_NAME",
        "key-name",
      ),
    );
  return [...errors, ...changeDirectoryErrors(value)];
}

/** What is wrong with `value` as an HTTP header's name. Mirrors validation.IsHTTPHeaderName. */
export const httpHeaderNameErrors = (value: string): string[] =>
  whole(httpHeaderFormat).test(value)
    ? []
    : [
        regexError(
          "a valid HTTP header must consist of alphanumeric characters or '-'",
          httpHeaderFormat,
          "X-Header-Name",
        ),
      ];

/** What is wrong with `value` as a percentage such as "25%". Mirrors validation.IsValidPercent. */
export const percentErrors = (value: string): string[] =>
  whole(percentFormat).test(value)
    ? []
    : [
        regexError(
          "a valid percent string must be a numeric string followed by an ending '%'",
          percentFormat,
          "1%",
          "93%",
        ),
      ];

/** What is wrong with `value` as one segment of a URL's path (the names of RBAC objects). Mirrors path.IsValidPathSegmentName. */
export function pathSegmentNameErrors(value: string): string[] {
  for (const name of [".", ".."]) if (value === name) return [`may not be '${name}'`];
  return pathSegmentPrefixErrors(value);
}

/** As {@link pathSegmentNameErrors}, for a name that something will be appended to. Mirrors path.IsValidPathSegmentPrefix. */
export const pathSegmentPrefixErrors = (value: string): string[] =>
  ["/", "%"].filter((c) => value.includes(c)).map((c) => `may not contain '${c}'`);

/** Checks metadata.name; with `prefix`, metadata.generateName, to which a suffix is appended. */
export type NameCheck = (value: string, prefix?: boolean) => string[];

// A generateName may end in "-": the suffix goes behind it.
const masked = (value: string, prefix?: boolean): string =>
  prefix && value.length > 1 && value.endsWith("-") ? `${value.slice(0, -2)}a` : value;

/** Mirrors apimachinery validation.NameIsDNSSubdomain. */
export const nameIsDnsSubdomain: NameCheck = (value, prefix) => dns1123SubdomainErrors(masked(value, prefix));
/** Mirrors apimachinery validation.NameIsDNSLabel. */
export const nameIsDnsLabel: NameCheck = (value, prefix) => dns1123LabelErrors(masked(value, prefix));
/** Mirrors apimachinery validation.NameIsDNS1035Label. */
export const nameIsDns1035Label: NameCheck = (value, prefix) => dns1035LabelErrors(masked(value, prefix));
/** Mirrors rbac validation: names are path segments. */
export const nameIsPathSegment: NameCheck = (value, prefix) =>
  prefix ? pathSegmentPrefixErrors(value) : pathSegmentNameErrors(value);
