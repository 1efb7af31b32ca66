import fs from "node:fs";
import { expect, test } from "vitest";
import { GoTemplateError } from "../../../../src/machinery/go-template/error.ts";
import { executeGoTemplate } from "../../../../src/machinery/go-template/execute.ts";
import {
  goTemplateDebug,
  goTemplateFailure,
  parseTemplate,
} from "../../../../src/machinery/go-template/go-template.ts";
import type { GoTemplate } from "../../../../src/machinery/go-template/nodes.ts";

type Outcome = string | { parse: string } | { output: string; exec: string };

// Recorded with kubectl 1.33: templates, what `kubectl label --local -o go-template=` makes of them, and where it differs with --allow-missing-template-keys=false.
const { data, cases } = JSON.parse(fs.readFileSync(new URL("kubectl-templates.json", import.meta.url), "utf8")) as {
  data: unknown;
  cases: [string, Outcome, Outcome?][];
};

function outcome(text: string, value: unknown, allowMissingKeys: boolean): Outcome {
  let template: GoTemplate;
  try {
    template = parseTemplate(text);
  } catch (error) {
    if (!(error instanceof GoTemplateError)) throw error;
    return { parse: error.message };
  }
  try {
    return executeGoTemplate(template, value, { allowMissingKeys });
  } catch (error) {
    if (!(error instanceof GoTemplateError)) throw error;
    return { output: error.output, exec: error.message };
  }
}

test.each(cases)("%s", (text, allowing, refusing) => {
  expect(outcome(text, data, true)).toEqual(allowing);
  expect(outcome(text, data, false)).toEqual(refusing ?? allowing);
});

test("what kubectl says where executing fails", () => {
  const error = new GoTemplateError("template: output:1:5: oops");
  expect(goTemplateDebug("{{.a}}", error, { b: [1], a: "<" })).toBe(
    'Error executing template: template: output:1:5: oops. Printing more information for debugging the template:\n\ttemplate was:\n\t\t{{.a}}\n\traw data was:\n\t\t{"a":"\\u003c","b":[1]}\n\tobject given to template engine was:\n\t\tmap[a:< b:[1]]\n\n',
  );
  expect(goTemplateFailure('{{"a"}}', error)).toBe(
    'error executing template "{{\\"a\\"}}": template: output:1:5: oops',
  );
});

test("execution is bounded and knows no prototypes", () => {
  expect(outcome("{{range 1000000000}}{{end}}", {}, true)).toMatchObject({ exec: expect.stringContaining("steps") });
  expect(outcome('{{define "r"}}{{template "r" .}}{{end}}{{template "r" .}}', {}, true)).toMatchObject({
    exec: expect.stringContaining("exceeded maximum template depth"),
  });
  expect(outcome(`{{${"(".repeat(5000)}`, {}, true)).toHaveProperty("parse");
  expect(outcome("{{.constructor}} {{index . `__proto__`}} {{exists . `toString`}}", {}, true)).toBe(
    "<no value> <no value> false",
  );
});
