import { expect, test } from "vitest";
import { strategy } from "../../../../src/kinds/core/event/strategy.ts";
import type { FieldError } from "../../../../src/machinery/field-error.ts";

const older = { group: "", version: "v1" };
const newer = { group: "events.k8s.io", version: "v1" };
const time = "2026-01-01T00:00:00.000000Z";
const texts = (errors: readonly FieldError[]): string[] => errors.map((e) => `${e.field}: ${e.message}`);
const event = (fields: object): never =>
  ({ metadata: { name: "e", namespace: "default" }, involvedObject: { namespace: "default" }, ...fields }) as never;
const whole = {
  eventTime: time,
  type: "Normal",
  reason: "R",
  action: "A",
  reportingComponent: "c",
  reportingInstance: "i",
};

test.each<[string, object, object, string[]]>([
  ["an old event", older, { type: "Foo" }, []],
  [
    "an event about elsewhere",
    older,
    { involvedObject: { namespace: "other" } },
    ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
  ],
  ["a whole event", newer, whole, []],
  ["a whole event about elsewhere", newer, { ...whole, involvedObject: { namespace: "other" } }, []],
  [
    "an event of the newer group that says little",
    newer,
    { type: "Foo", count: 1, firstTimestamp: time, source: { host: "h" }, series: { count: 1 } },
    [
      'series.count: Invalid value: "": should be at least 2',
      "series.lastObservedTime: Required value",
      "eventTime: Required value",
      'type: Invalid value: "": has invalid value: Foo',
      'firstTimestamp: Invalid value: "": needs to be unset',
      'count: Invalid value: "": needs to be unset',
      'source: Invalid value: "": needs to be unset',
    ],
  ],
  [
    "a newer event through the old group",
    older,
    { eventTime: time, message: "x".repeat(1025) },
    [
      "reportingComponent: Required value",
      'reportingComponent: Invalid value: "": name part must be non-empty',
      "reportingComponent: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      "reportingInstance: Required value",
      "action: Required value",
      "reason: Required value",
      'message: Invalid value: "": can have at most 1024 characters',
    ],
  ],
])("judges %s", (_name, requested, fields, expected) => {
  expect(texts(strategy.validate(event(fields), requested as never))).toEqual(expected);
});

test("keeps what an event of the newer group says, but for its series", () => {
  const series = { count: 2, lastObservedTime: time };
  const update = (fields: object, requested: object): string[] =>
    texts(strategy.validateUpdate!(event({ ...whole, ...fields }), event(whole), requested as never));
  expect(update({ series }, newer)).toEqual([]);
  expect(update({ type: "Warning" }, newer)).toEqual(['type: Invalid value: "Warning": field is immutable']);
  expect(update({ type: "Warning" }, older)).toEqual([]);
});
