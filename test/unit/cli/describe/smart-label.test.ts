import { expect, test } from "vitest";
import { smartLabel } from "../../../../src/cli/describe/smart-label.ts";

test.each([
  ["apiVersion", "API Version"],
  ["creationTimestamp", "Creation Timestamp"],
  ["uid", "UID"],
  ["clusterIP", "Cluster IP"],
  ["clusterIPs", "Cluster I Ps"],
  ["URLPath", "URL Path"],
  ["openAPIV3Schema", "openAPIV3Schema"],
  ["with-dash", "With - Dash"],
  ["a.b/c", "a.b/c"],
  ["", ""],
])("%s is shown as %s", (field, label) => {
  expect(smartLabel(field)).toBe(label);
});
