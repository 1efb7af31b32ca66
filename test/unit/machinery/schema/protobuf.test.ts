import fs from "node:fs";
import { expect, test } from "vitest";
import { encodeGo } from "../../../../src/machinery/schema/encode.ts";
import { protobufDecoder } from "../../../../src/machinery/schema/protobuf.ts";
import { createStructure } from "../../../../src/machinery/schema/structure.ts";

const read = (file: string): string => fs.readFileSync(new URL(`../../../../schemas/${file}`, import.meta.url), "utf8");
const structure = createStructure(read);
const decode = (hex: string) => protobufDecoder(structure, read).decode(Buffer.from(hex, "hex"));

// Bodies that kubectl 1.33 sent.
const deployment =
  "6b3873000a150a07617070732f7631120a4465706c6f796d656e7412b6010a1f0a0377656212001a0022002a003200380042005a0a0a0361707012037765621284010801120c0a0a0a0361707012037765621a6a0a1c0a0012001a0022002a003200380042005a0a0a036170701203776562124a122c0a056e67696e7812056e67696e781a05736c6565701a01352a0042006a007200800100880100900100a201001a00320042004a0052005800600068008201008a01009a0100c2010022020a00280038001a0c0800100018002000280038001a002200";
const secret =
  "6b3873000a0c0a0276311206536563726574121d0a110a017312001a0022002a0032003800420012060a01781201791a001a002200";
const budget =
  "6b3873000a200a09706f6c6963792f76311213506f6444697372757074696f6e42756467657412360a110a017012001a0022002a0032003800420012150a09080110001a0335302512080a060a01611201621a0a080018002000280030001a002200";
const quota =
  "6b3873000a130a027631120d5265736f7572636551756f746112270a110a017112001a0022002a0032003800420012100a0e0a0363707512070a05313530306d1a001a002200";
const ingress =
  "6b3873000a1f0a146e6574776f726b696e672e6b38732e696f2f76311207496e6772657373123a0a110a016912001a0022002a0032003800420012211a1f0a00121b0a190a170a012f120b22090a016112040a0010501a0545786163741a020a001a002200";
const tokenRequest =
  "6b3873000a280a1861757468656e7469636174696f6e2e6b38732e696f2f7631120c546f6b656e52657175657374121d0a100a0012001a0022002a00320038004200120320d8041a040a0012001a002200";

test("reads what kubectl sends, inline messages, maps, quantities and bytes included", () => {
  expect(encodeGo(structure, "io.k8s.api.apps.v1.Deployment", decode(deployment))).toEqual({
    kind: "Deployment",
    apiVersion: "apps/v1",
    metadata: { name: "web", creationTimestamp: null, labels: { app: "web" } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { creationTimestamp: null, labels: { app: "web" } },
        spec: { containers: [{ name: "nginx", image: "nginx", command: ["sleep", "5"], resources: {} }] },
      },
      strategy: {},
    },
    status: {},
  });
  expect(decode(secret)).toMatchObject({ kind: "Secret", metadata: { name: "s" }, data: { x: "eQ==" } });
  expect(decode(budget)["spec"]).toEqual({ minAvailable: "50%", selector: { matchLabels: { a: "b" } } });
  expect(decode(quota)["spec"]).toEqual({ hard: { cpu: "1500m" } });
  expect(decode(ingress)["spec"]).toEqual({
    rules: [
      {
        http: {
          paths: [{ path: "/", pathType: "Exact", backend: { service: { name: "a", port: { number: 80 } } } }],
        },
      },
    ],
  });
  expect(decode(tokenRequest)["spec"]).toEqual({ expirationSeconds: 600 });
});

test("refuses what is no message", () => {
  expect(() => decode("7b7d")).toThrow("does not appear to be a protobuf message");
  expect(() => decode(deployment.slice(0, -20))).toThrow("unexpected EOF");
  expect(() => decode("6b3873000a0c0a027631120653656372657412030fffff")).toThrow("illegal wireType 7");
  expect(() => decode("6b3873000a0a0a0276311204466f6f73")).toThrow('no kind "Foos" is registered for version "v1"');
  expect(() => decode("6b3873000a0c0a0276311206536563726574120b08ffffffffffffffffffff01")).toThrow();
});

test("keeps users' keys as data", () => {
  // labels: {"__proto__": "x"}
  const entry = "0a095f5f70726f746f5f5f120178";
  const object = decode(`6b3873000a0f0a0276311209436f6e6669674d61701212${"0a10"}${"5a0e"}${entry}`);
  const labels = (object["metadata"] as { labels: object }).labels;
  expect(Object.keys(labels)).toEqual(["__proto__"]);
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
});
