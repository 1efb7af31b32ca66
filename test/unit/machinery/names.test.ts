import { expect, test } from "vitest";
import * as names from "../../../src/machinery/names.ts";

const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const namePart =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const long = (n: number) => "a".repeat(n);

test.each<[(value: string) => string[], string, string[]]>([
  [names.dns1123SubdomainErrors, "web.example.com", []],
  [names.dns1123SubdomainErrors, "Bad_Name", [subdomain]],
  [names.dns1123SubdomainErrors, "a..b", [subdomain]],
  [names.dns1123SubdomainErrors, "a\n", [subdomain]],
  [names.dns1123SubdomainErrors, long(254), ["must be no more than 253 characters"]],
  [names.dns1123LabelErrors, "a.b", ["must not contain dots"]],
  [names.dns1123LabelErrors, "UPPER", [label]],
  [names.dns1123LabelErrors, long(64), ["must be no more than 63 characters"]],
  [
    names.dns1035LabelErrors,
    "1web",
    [
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ],
  ],
  [names.wildcardDns1123SubdomainErrors, "*.example.com", []],
  [names.qualifiedNameErrors, "app.kubernetes.io/name", []],
  [names.qualifiedNameErrors, "bad key!", [namePart]],
  [names.qualifiedNameErrors, "Foo_Com/x", [`prefix part ${subdomain}`]],
  [names.qualifiedNameErrors, "/x", ["prefix part must be non-empty"]],
  [names.qualifiedNameErrors, "a/", ["name part must be non-empty", namePart]],
  [names.qualifiedNameErrors, long(64), ["name part must be no more than 63 characters"]],
  [
    names.qualifiedNameErrors,
    "a/b/c",
    [
      "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ],
  ],
  [names.annotationKeyErrors, "Example.COM/Owner", []],
  [names.labelValueErrors, "", []],
  [
    names.labelValueErrors,
    "bad value",
    [
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
  ],
  [names.portNameErrors, "this-name-is-way-too-long", ["must be no more than 15 characters"]],
  [
    names.portNameErrors,
    "-8--0",
    [
      "must contain at least one letter (a-z)",
      "must not contain consecutive hyphens",
      "must not begin or end with a hyphen",
    ],
  ],
  [
    names.configMapKeyErrors,
    "bad key",
    [
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ],
  ],
  [names.configMapKeyErrors, "..", ["must not be '..'"]],
  [names.configMapKeyErrors, "..a", ["must not start with '..'"]],
  [names.relaxedEnvVarNameErrors, "0 any thing", []],
  [
    names.relaxedEnvVarNameErrors,
    "a=b",
    ["a valid environment variable name must consist only of printable ASCII characters other than '='"],
  ],
  [names.pathSegmentNameErrors, "system:node/x%", ["may not contain '/'", "may not contain '%'"]],
  [names.pathSegmentNameErrors, "..", ["may not be '..'"]],
])("%o of %j", (check, value, errors) => {
  expect(check(value)).toEqual(errors);
});

test("a generateName may end with a dash", () => {
  expect(names.nameIsDnsSubdomain("web-", true)).toEqual([]);
  expect(names.nameIsDnsSubdomain("web-")).toEqual([subdomain]);
});

test("a long hostile name is checked in linear time", () => {
  const started = performance.now();
  names.dns1123SubdomainErrors(`${"a-.".repeat(50_000)}!`);
  names.labelValueErrors(`${"a.".repeat(100_000)}!`);
  expect(performance.now() - started).toBeLessThan(1000);
});
