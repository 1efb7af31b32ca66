import { expect, test } from "vitest";
import { parseTarget } from "../../../src/client/request-target.ts";

test("a target is a decoded path and its parameters", () => {
  const cases: [string, string, Record<string, string[]>][] = [
    ["/api/v1/pods", "/api/v1/pods", {}],
    ["/a%20b/%2e%2e%2fc?x=1&x=2&y", "/a b/../c", { x: ["1", "2"], y: [""] }],
    ["/p?a=b%3Dc+d&a?b=?", "/p", { a: ["b=c d"], "a?b": ["?"] }],
    ["/p?", "/p", {}],
  ];
  for (const [target, path, query] of cases) {
    const parsed = parseTarget(target);
    expect([parsed.path, { ...parsed.query }]).toEqual([path, query]);
  }
});

test("parameters named as Object's own are parameters", () => {
  const { query } = parseTarget("/p?__proto__=1&constructor=2");
  expect(Object.entries(query)).toEqual([
    ["__proto__", ["1"]],
    ["constructor", ["2"]],
  ]);
});

test("wrong escapes are a bad request", () => {
  for (const target of ["/%zz", "/%", "/%ff"])
    expect(() => parseTarget(target)).toThrow(`invalid URL escape in ${JSON.stringify(target)}`);
});
