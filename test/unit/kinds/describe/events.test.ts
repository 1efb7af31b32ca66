import { expect, test } from "vitest";
import { createDescribeWriter } from "../../../../src/cli/describe/writer.ts";
import { writeEvents } from "../../../../src/kinds/shared/describe/events.ts";
import type { KubeObject } from "../../../../src/machinery/object.ts";

const now = Date.UTC(2026, 10, 20, 8, 10);
const ago = (seconds: number): string => new Date(now - seconds * 1000).toISOString();
const event = (fields: object): KubeObject => ({
  apiVersion: "v1",
  kind: "Event",
  metadata: {},
  type: "Normal",
  ...fields,
});

test("events by when they were last seen, with how often and since when", () => {
  const out = createDescribeWriter();
  out.write(0, "Name:\tx\n");
  writeEvents(
    [
      event({
        reason: "Late",
        firstTimestamp: ago(5),
        lastTimestamp: ago(5),
        count: 1,
        source: { component: "kubelet" },
      }),
      event({ reason: "Often", firstTimestamp: ago(300), lastTimestamp: ago(12), count: 3, message: " again\n" }),
      event({
        reason: "Series",
        eventTime: ago(200),
        series: { count: 4, lastObservedTime: ago(20) },
        reportingComponent: "scheduler",
      }),
    ],
    now,
    out,
  );
  expect(out.text()).toBe(`Name:  x
Events:
  Type    Reason  Age                  From       Message
  ----    ------  ----                 ----       -------
  Normal  Series  20s (x4 over 3m20s)  scheduler  ${""}
  Normal  Often   12s (x3 over 5m)                again
  Normal  Late    5s                   kubelet    ${""}
`);
});

test("no events stay aligned with what stands above", () => {
  const out = createDescribeWriter();
  out.write(0, "Annotations:\t<none>\n");
  writeEvents([], now, out);
  expect(out.text()).toBe("Annotations:  <none>\nEvents:       <none>\n");
});
