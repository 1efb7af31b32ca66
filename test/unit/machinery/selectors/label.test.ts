import { expect, test } from "vitest";
import {
  formatLabels,
  formatLabelTerms,
  labelsMatch,
  parseLabelSelector,
} from "../../../../src/machinery/selectors/label.ts";
import {
  formatLabelSelector,
  labelSelectorMatches,
  parseToLabelSelector,
  validateLabelSelector,
} from "../../../../src/machinery/selectors/label-selector.ts";

// What `kubectl create pdb --selector` answers.
test.each([
  ["a=b!", "found '!', expected: ',' or 'end of string'"],
  ["!", "unable to parse requirement: found '', expected: identifier"],
  [",", "found ',', expected: !, identifier, or 'end of string'"],
  ["a,,b", "found ',', expected: identifier after ','"],
  ["a in", "unable to parse requirement: found '' expected: '('"],
  ["a in (", "unable to parse requirement: found '', expected: ',', ')' or identifier"],
  ["a in (b c)", "unable to parse requirement: found 'c', expected: ',' or ')'"],
  ["a in (b,c", "unable to parse requirement: found '', expected: ',' or ')'"],
  ["a in b", "unable to parse requirement: found 'b' expected: '('"],
  ["a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  [
    "a>x",
    "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
  ],
  ["a in (-x,!)", "unable to parse requirement: found '!', expected: ',', or identifier"],
  ["a=b=c", "found '=', expected: ',' or 'end of string'"],
  ["a!", "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"],
  ["a,", "found '', expected: identifier after ','"],
  ["!a=b", "found '=', expected: ',' or 'end of string'"],
  ["a in (=)", "unable to parse requirement: found '=', expected: ',', ')' or identifier"],
  ["=a", "found '=', expected: !, identifier, or 'end of string'"],
  [
    "a=-b",
    "unable to parse requirement: values[0][a]: Invalid value: \"-b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
  ],
  [
    "-bad=1",
    "unable to parse requirement: <nil>: Invalid value: \"-bad\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
  ],
])("%j does not parse", (text, message) => {
  let thrown = "";
  try {
    parseLabelSelector(text);
  } catch (error) {
    thrown = (error as Error).message;
  }
  expect(thrown).toBe(message);
});

test.each([
  ["b=1, a == 2", "a==2,b=1"],
  ["a in (z,y,z)", "a in (y,z)"],
  ["a in ()", "a in ()"],
  ["a in (b,)", "a in (,b)"],
  ["in in (in)", "in in (in)"],
  ["!a,b,c!=d,e notin (f)", "!a,b,c!=d,e notin (f)"],
  ["a=", "a="],
  ["a>3,b<4", "a>3,b<4"],
  ["", ""],
])("%j reads as %j", (text, formatted) => {
  expect(formatLabelTerms(parseLabelSelector(text))).toBe(formatted);
});

test.each([
  ["app=web", true],
  ["app!=web", false],
  ["nope!=web", true],
  ["nope notin (x)", true],
  ["app in (api,web),!nope", true],
  ["n>3", true],
  ["n<3", false],
  ["app>3", false],
  ["toString", false],
  ["__proto__", false],
])("%j of the labels: %j", (text, expected) => {
  if (text === "__proto__") return expect(() => parseLabelSelector(text)).toThrow();
  expect(labelsMatch(parseLabelSelector(text), { app: "web", n: "5" })).toBe(expected);
});

test("LabelSelector objects", () => {
  const selector = {
    matchLabels: { tier: "x", app: "web" },
    matchExpressions: [
      { key: "env", operator: "In", values: ["b", "a"] },
      { key: "gone", operator: "DoesNotExist" },
    ],
  };
  expect(formatLabelSelector(selector)).toBe("app=web,env in (a,b),!gone,tier=x");
  expect(formatLabelSelector({})).toBe("<none>");
  expect(formatLabelSelector(undefined)).toBe("<none>");
  expect(formatLabelSelector({ matchExpressions: [{ key: "a", operator: "Is" }] })).toBe("<error>");
  expect(labelSelectorMatches(selector, { app: "web", tier: "x", env: "a" })).toBe(true);
  expect(labelSelectorMatches(undefined, {})).toBe(false);
  expect(labelSelectorMatches({}, undefined)).toBe(true);
  expect(formatLabels({ b: "1", a: "2" })).toBe("a=2,b=1");
  expect(formatLabels({ app: "web", "app.kubernetes.io/name": "web" })).toBe("app.kubernetes.io/name=web,app=web");
  expect(formatLabels({})).toBe("<none>");
});

test("a selector text becomes a LabelSelector", () => {
  expect(parseToLabelSelector("a=b,c in (z,y)")).toEqual({
    matchLabels: { a: "b" },
    matchExpressions: [{ key: "c", operator: "In", values: ["y", "z"] }],
  });
  expect(() => parseToLabelSelector("a!=b")).toThrow('"!=" is not a valid label selector operator');
  expect(() => parseToLabelSelector("a>3")).toThrow(`"gt" isn't supported in label selectors`);
  expect(() => parseToLabelSelector(",")).toThrow(
    `couldn't parse the selector string ",": found ',', expected: !, identifier, or 'end of string'`,
  );
});

test("LabelSelector objects are validated", () => {
  const errors = validateLabelSelector(
    {
      matchLabels: { ok: "bad value" },
      matchExpressions: [
        { key: "a", operator: "In" },
        { key: "a", operator: "Exists", values: ["x"] },
        { key: "a", operator: "Is" },
      ],
    },
    "spec.selector",
  );
  expect(errors.map((e) => `${e.field}: ${e.message}`.slice(0, 100))).toEqual([
    'spec.selector.matchLabels: Invalid value: "bad value": a valid label must be an empty string or cons',
    "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' ",
    "spec.selector.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists",
    'spec.selector.matchExpressions[2].operator: Invalid value: "Is": not a valid selector operator',
  ]);
});
