import { expect, test } from "vitest";
import { ExitError, UsageError } from "../../../src/cli/exit.ts";
import { addSource, aggregate, reportError } from "../../../src/cli/report-error.ts";
import { ConnectionError } from "../../../src/client/connection-error.ts";
import { invalid, invalidObject, required } from "../../../src/machinery/field-error.ts";
import { badRequest, notFound, unauthorized } from "../../../src/machinery/status-error.ts";

const pods = { group: "", resource: "pods" };
const pod = { group: "", kind: "Pod" };

test.each([
  [new Error("boom"), "error: boom"],
  [
    new UsageError("NAME is required for run", "run"),
    "error: NAME is required for run\nSee 'kubectl run -h' for help and examples",
  ],
  [notFound(pods, "x"), 'Error from server (NotFound): pods "x" not found'],
  [unauthorized(), "error: You must be logged in to the server (Unauthorized)"],
  [
    new ConnectionError("localhost:8080", true, "connect ECONNREFUSED"),
    "The connection to the server localhost:8080 was refused - did you specify the right host or port?",
  ],
  [
    new ConnectionError("h:1", false, "dial tcp h:1: i/o timeout"),
    "Unable to connect to the server: dial tcp h:1: i/o timeout",
  ],
  [invalidObject(pod, "x", [required("spec.containers")]), 'The Pod "x" is invalid: spec.containers: Required value\n'],
  [
    invalidObject(pod, "x", [required("a"), invalid("b", 1, "too small")]),
    'The Pod "x" is invalid: \n* a: Required value\n* b: Invalid value: 1: too small\n',
  ],
  [
    addSource("creating", "p.yaml", badRequest("no")),
    'Error from server (BadRequest): error when creating "p.yaml": no',
  ],
  [aggregate([notFound(pods, "a"), new Error("b")]), 'Error from server (NotFound): pods "a" not found\nb\n'],
  [aggregate([new Error("alone")]), "error: alone"],
])("%s", (error, text) => {
  expect(reportError(error, "kubectl")).toEqual({ text, code: 1 });
});

test("a command may end with its own code", () => {
  expect(reportError(new ExitError("command terminated with exit code 3", 3), "kubectl")).toEqual({
    text: "command terminated with exit code 3",
    code: 3,
  });
});
