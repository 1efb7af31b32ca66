import { expect, test } from "vitest";
import { parse } from "yaml";
import { strategy } from "../../../src/kinds/apiextensions/custom-resource-definition/strategy.ts";
import { drafted, refusals, texts, updateRefusals } from "../../support/kinds.ts";

const crd = (version: string, more = ""): string => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shirts.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: shirts, kind: Shirt}
  versions: [{name: v1, served: true, storage: true, ${version}}]
  ${more}`;

/** A definition whose objects have a spec by this schema. */
const withSpec = (schema: string): string =>
  crd(`schema: {openAPIV3Schema: {type: object, properties: {spec: ${schema}}}}`);
const plain = crd("schema: {openAPIV3Schema: {type: object}}");
const at = "spec.validation.openAPIV3Schema";
const spec = `${at}.properties[spec]`;

test("defaults fill in the names and the conversion; the stored version counts from the start", () => {
  const { spec, status } = drafted(strategy, plain);
  expect(spec.names).toEqual({ plural: "shirts", singular: "shirt", kind: "Shirt", listKind: "ShirtList" });
  expect(spec.conversion).toEqual({ strategy: "None" });
  expect(status).toEqual({ storedVersions: ["v1"] });
});

const rule = (text: string): string =>
  `apiextensions.ValidationRule{Rule:${JSON.stringify(text)}, Message:"", MessageExpression:"", Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:"", OptionalOldSelf:(*bool)(nil)}`;

test.each<[string, string[]]>([
  [
    "{type: object, x-kubernetes-validations: [{rule: self.a}, {rule: self.b > 1}], properties: {a: {type: integer}}}",
    [
      `${spec}.x-kubernetes-validations[0].rule: Invalid value: ${rule("self.a")}: cel expression must evaluate to a bool`,
      `${spec}.x-kubernetes-validations[1].rule: Invalid value: ${rule("self.b > 1")}: compilation failed: ERROR: <input>:1:5: undefined field 'b'\n | self.b > 1\n | ....^`,
    ],
  ],
  [
    "{type: array, items: {type: integer, x-kubernetes-validations: [{rule: self >= oldSelf}]}}",
    [
      `${spec}.items.x-kubernetes-validations[0].rule: Invalid value: "self >= oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within ${spec}`,
    ],
  ],
  [
    "{type: object, properties: {a: {}}}",
    [`${spec}.properties[a].type: Required value: must not be empty for specified object fields`],
  ],
  ["{type: array}", [`${spec}.items: Required value: must be specified`]],
  ["{type: array, items: {}}", [`${spec}.items.type: Required value: must not be empty for specified array items`]],
  [
    "{type: text}",
    [
      `${spec}.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"`,
    ],
  ],
  ["{type: 'null'}", [`${spec}.type: Forbidden: type cannot be set to null, use nullable as an alternative`]],
  ["{type: object, $ref: '#/x'}", [`${spec}.$ref: Forbidden: $ref is not supported`]],
  [
    "{type: array, uniqueItems: true, items: {type: string}}",
    [
      `${spec}.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
    ],
  ],
  [
    "{type: object, properties: {a: {type: string}}, additionalProperties: {type: string}}",
    [`${spec}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`],
  ],
  [
    "{type: object, x-kubernetes-preserve-unknown-fields: false}",
    [`${spec}.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined`],
  ],
  [
    "{type: string, x-kubernetes-list-type: bag}",
    [
      `${spec}.type: Invalid value: "string": must be array if x-kubernetes-list-type is specified`,
      `${spec}.x-kubernetes-list-type: Unsupported value: "bag": supported values: "atomic", "set", "map"`,
    ],
  ],
  [
    "{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name, id], items: {type: object, properties: {name: {type: string}}}}",
    [
      `${spec}.items.properties[name].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
      `${spec}.x-kubernetes-list-map-keys: Invalid value: []string{"name", "id"}: entries must all be names of item properties`,
    ],
  ],
  [
    "{type: object, x-kubernetes-validations: [{rule: ''}, {rule: 'self.a >', message: m}]}",
    [
      `${spec}.x-kubernetes-validations[0].rule: Required value: rule is not specified`,
      `${spec}.x-kubernetes-validations[1].rule: Invalid value: apiextensions.ValidationRule{Rule:"self.a >", Message:"m", MessageExpression:"", Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:"", OptionalOldSelf:(*bool)(nil)}: compilation failed: ERROR: <input>:1:9: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | self.a >\n | ........^`,
    ],
  ],
  [
    "{type: object, properties: {a: {type: string}}, anyOf: [{properties: {a: {type: string}, b: {}}}]}",
    [
      `${spec}.anyOf[0].properties[a].type: Forbidden: must be empty to be structural`,
      `${spec}.properties[b]: Required value: because it is defined in ${spec}.anyOf[0].properties[b]`,
    ],
  ],
  ["{x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}", []],
  ["{x-kubernetes-preserve-unknown-fields: true}", []],
  [
    "{type: integer, default: many}",
    [`${spec}.default: Invalid value: "string": ${spec}.default in body must be of type integer: "string"`],
  ],
])("a schema of %s", (schema, expected) => {
  expect(refusals(strategy, withSpec(schema))).toEqual(expected);
});

test.each<[string, string, string[]]>([
  [
    "a root of another type",
    crd("schema: {openAPIV3Schema: {type: string}}"),
    [`${at}.type: Invalid value: "string": must be object at the root`],
  ],
  [
    "no type at the root",
    crd("schema: {openAPIV3Schema: {}}"),
    [`${at}.type: Required value: must not be empty at the root`],
  ],
  [
    "a nullable root",
    crd("schema: {openAPIV3Schema: {type: object, nullable: true}}"),
    [`${at}.nullable: Forbidden: nullable cannot be true at the root`],
  ],
  [
    "restricted metadata",
    crd(
      "schema: {openAPIV3Schema: {type: object, properties: {metadata: {type: object, properties: {labels: {type: object}}}}}}",
    ),
    [
      `${at}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
    ],
  ],
  [
    "subresources and columns",
    crd(
      "schema: {openAPIV3Schema: {type: object}}, subresources: {scale: {specReplicasPath: .replicas, statusReplicasPath: status.replicas}}, additionalPrinterColumns: [{name: A, type: text, jsonPath: a}]",
    ),
    [
      'spec.subresources.scale.specReplicasPath: Invalid value: ".replicas": should be a json path under .spec',
      'spec.subresources.scale.statusReplicasPath: Invalid value: "status.replicas": must be a simple json path starting with .',
      'spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
      'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "a": must be a simple json path starting with .',
    ],
  ],
  [
    "a webhook that is nowhere",
    crd(
      "schema: {openAPIV3Schema: {type: object}}",
      "conversion: {strategy: Webhook, webhook: {conversionReviewVersions: [v2], clientConfig: {}}}",
    ),
    [
      "spec.conversion.webhookClientConfig: Required value: exactly one of url or service is required",
      'spec.conversion.conversionReviewVersions: Invalid value: []string{"v2"}: must include at least one of v1, v1beta1',
    ],
  ],
  [
    "what must not be preserved",
    crd("schema: {openAPIV3Schema: {type: object}}", "preserveUnknownFields: true"),
    [
      "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead",
    ],
  ],
  [
    "a protected group",
    plain.replaceAll("example.com", "x.k8s.io"),
    [
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ],
  ],
])("a definition with %s", (_, manifest, expected) => {
  expect(refusals(strategy, manifest)).toEqual(expected);
});

test("errors of versions that differ point at the version", () => {
  const manifest = parse(withSpec("{type: array}"));
  manifest.spec.versions.push({
    name: "v2",
    served: true,
    storage: true,
    schema: { openAPIV3Schema: { type: "object" } },
  });
  expect(refusals(strategy, manifest)).toEqual([
    "spec.versions[0].schema.openAPIV3Schema.properties[spec].items: Required value: must be specified",
    expect.stringMatching(/^spec\.versions: .*: must have exactly one version marked as storage version$/),
  ]);
});

test("what identifies an established definition stays; versions that were stored stay too", () => {
  const change = (crd: any): void => {
    crd.spec.group = "example.org";
    crd.spec.names.plural = "caps";
  };
  expect(updateRefusals(strategy, plain, change)).toEqual([
    'metadata.name: Invalid value: "shirts.example.com": must be spec.names.plural+"."+spec.group',
    'spec.group: Invalid value: "example.org": field is immutable',
    'spec.names.plural: Invalid value: "caps": field is immutable',
  ]);
  const old = drafted(strategy, plain);
  old.status.conditions = [{ type: "Established", status: "True" }];
  const next = structuredClone(old);
  next.spec.scope = "Cluster";
  next.spec.versions[0].name = "v2";
  next.status = { storedVersions: ["v1", "v2"] };
  expect(texts(strategy.validateUpdate!(next, old))).toEqual([
    'status.storedVersions[0]: Invalid value: "v1": must appear in spec.versions',
    'spec.scope: Invalid value: "Cluster": field is immutable',
  ]);
});
