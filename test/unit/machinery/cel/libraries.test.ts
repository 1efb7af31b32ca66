import { expect, test } from "vitest";
import { celValue, compileCel, jsonValue } from "../../../../src/machinery/cel/environment.ts";
import { celAuthorizer } from "../../../../src/machinery/cel/libraries/authorization.ts";

const authorizer = celAuthorizer(
  { name: "jane", groups: ["system:authenticated"] },
  { group: "apps", resource: "deployments", subresource: "", namespace: "a", name: "web" },
  ({ user, verb, resource, namespace, path }) => ({
    allowed: verb === "get" && (path === "/healthz" || namespace === "a"),
    reason: `${user.name} ${verb} ${resource}`,
  }),
);

test.each<[string, unknown]>([
  ["ip('10.0.0.1').family()", 4],
  ["ip('::1').isLoopback() && ip('10.0.0.1').isGlobalUnicast() && ip('0.0.0.0').isUnspecified()", true],
  ["isIP('10.0.0.01') || isIP('::ffff:1.2.3.4') || isIP('x')", false],
  ["ip.isCanonical('2001:DB8::1') || !ip.isCanonical('2001:db8::abcd')", false],
  ["string(ip('2001:0db8:0:0:0:0:0:1'))", "2001:db8::1"],
  ["ip('10.0.0.1') == ip('10.0.0.1')", true],
  ["cidr('10.1.2.3/8').containsIP('10.9.9.9') && !cidr('10.0.0.0/8').containsIP(ip('11.0.0.1'))", true],
  ["cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !isCIDR('10.0.0.0/33')", true],
  ["string(cidr('10.1.2.3/8').masked())", "10.0.0.0/8"],
  ["cidr('10.1.2.3/8').prefixLength() + cidr('::1/128').ip().family()", 14],
  ["url('https://a.example:8443/x%20y?k=1&k=2#f').getHost()", "a.example:8443"],
  ["url('https://a.example:8443/x?k=1&k=2').getQuery()", { k: ["1", "2"] }],
  ["url('https://[::1]:80/').getHostname() + url('/a/b').getEscapedPath() + url('/a').getScheme()", "::1/a/b"],
  ["isURL('../a') || isURL('https://a b')", false],
  ["sets.contains([1, 2, 3], [2]) && sets.equivalent([1, 1], [1]) && !sets.intersects(['a'], ['b'])", true],
  ["[3, 1, 2].sum() == 6 && [3, 1].max() == 3 && [3, 1].min() == 1 && [1, 2].isSorted()", true],
  ["[duration('1m'), duration('1s')].sum() == duration('61s')", true],
  ["['a', 'b', 'a'].lastIndexOf('a')", 2],
  ["format.dns1123Label().validate('a-b').hasValue()", false],
  ["format.named('dns1123Label').value().validate('A').value()[0].contains('RFC 1123 label')", true],
  ["format.named('nope').hasValue()", false],
  ["strings.quote('a\"b')", '"a\\"b"'],
  ["'a1b22'.findAll('[0-9]+', 1)", ["1"]],
  ["'%s is %d'.format(['a', 2])", "a is 2"],
  ["quantity('1Gi').add(1).isGreaterThan(quantity('1Gi')) && quantity('1500m').isInteger() == false", true],
  ["quantity('200M') == quantity('0.2G')", true],
  ["{'a': 1, 'b': 2}.all(k, v, v > 0) && [5].exists(i, v, i == 0 && v == 5)", true],
  ["[1, 2].existsOne(i, v, v == 2)", true],
  ["[4, 5].transformList(i, v, v + i)", [4, 6]],
  ["{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10)", { b: 20 }],
  ["{'a': 'x'}.transformMapEntry(k, v, {v: k})", { x: "a" }],
  ["authorizer.group('apps').resource('deployments').namespace('a').check('get').allowed()", true],
  ["authorizer.requestResource.check('get').reason()", "jane get deployments"],
  ["authorizer.path('/healthz').check('get').allowed() && !authorizer.path('/x').check('get').allowed()", true],
  [
    "authorizer.serviceAccount('a', 'b').group('').resource('pods').check('list').reason()",
    "system:serviceaccount:a:b list pods",
  ],
  ["object.?spec.?x.orValue(3)", 3],
  ["object.ips.all(ip, isIP(ip)) && object.ips.map(url, url + '!')[0] == '1.2.3.4!'", true],
  ["optional.of(1).optMap(x, x + 1).value()", 2],
  ["[1, 2].exists_one(x, x == 1) && [1, 2].existsOne(x, x == 1)", true],
])("%s", (expression, expected) => {
  const object = celValue({ ips: ["1.2.3.4"] });
  expect(jsonValue(compileCel(expression)({ object, authorizer }))).toEqual(expected);
});

test.each<[string, string]>([
  ["ip('x')", 'IP Address "x" parse error during conversion from string'],
  ["cidr('10.0.0.0')", "network address parse error during conversion from string"],
  ["url('x y')", 'URL parse error during conversion from string: parse "x y": invalid URI for request'],
  ["[1].filter(x, x > 5).max()", "max called on empty list"],
  ["object.spec.replicas > 1", "no such key: spec"],
  ["[1][int(size('abc'))]", "index out of bounds: 3"],
  ["1 % (size('') + 0)", "modulus by zero"],
  ["dyn('a') > 1", "no such overload"],
  ["dyn('a') && true", "no such overload"],
  ["optional.none().value()", "optional.none() dereference"],
])("%s fails", (expression, message) => {
  expect(() => compileCel(expression)({ object: celValue({}) })).toThrow(message);
});
