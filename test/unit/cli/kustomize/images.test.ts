import { expect, test } from "vitest";
import { changedImage } from "../../../../src/cli/kustomize/images.ts";
import { splitFieldPath } from "../../../../src/cli/kustomize/replacements.ts";

test.each([
  ["nginx", { name: "nginx", newTag: "1.27" }, "nginx:1.27"],
  ["nginx:1@sha256:abc", { name: "nginx", newName: "foo/nginx", digest: "sha256:def" }, "foo/nginx@sha256:def"],
  ["reg.io:5000/nginx", { name: "reg.io:5000/nginx", newTag: "v2" }, "reg.io:5000/nginx:v2"],
  ["reg.io:5000/nginx", { name: "nginx", newTag: "v2" }, "reg.io:5000/nginx"],
  ["nginx:1", { name: "nginx", tagSuffix: "-x" }, "nginx:1-x"],
])("%s with %o is %s", (image, change, expected) => {
  expect(changedImage(image, change)).toBe(expected);
});

test("field paths keep dots in brackets and behind backslashes", () => {
  expect(splitFieldPath("spec.[name=a.b].metadata.annotations.x\\.io/y")).toEqual([
    "spec",
    "[name=a.b]",
    "metadata",
    "annotations",
    "x.io/y",
  ]);
});
