import { expect, test } from "vitest";
import { connectionError, hostOf } from "../../../src/client/connection-error.ts";

const nodeError = (code: string, message: string, more: object = {}): NodeJS.ErrnoException =>
  Object.assign(new Error(message), { code }, more);

test.each([
  [
    nodeError("ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:1"),
    true,
    "dial tcp 127.0.0.1:1: connect: connection refused",
  ],
  [nodeError("ECONNREFUSED", ""), true, "dial tcp example.com:6443: connect: connection refused"],
  [nodeError("ETIMEDOUT", "connect ETIMEDOUT"), false, "dial tcp example.com:6443: i/o timeout"],
  [
    nodeError("ERR_TLS_CERT_ALTNAME_INVALID", "", {
      host: "other.",
      cert: { subjectaltname: "DNS:localhost, DNS:kubernetes, IP Address:127.0.0.1" },
    }),
    false,
    "tls: failed to verify certificate: x509: certificate is valid for localhost, kubernetes, not other",
  ],
  [
    nodeError("ERR_TLS_CERT_ALTNAME_INVALID", "", {
      host: "10.0.0.1",
      cert: { subjectaltname: "DNS:localhost, IP Address:127.0.0.1" },
    }),
    false,
    "tls: failed to verify certificate: x509: certificate is valid for 127.0.0.1, not 10.0.0.1",
  ],
])("%s in Go's words", (error, refused, message) => {
  const told = connectionError("example.com:6443", error);
  expect([told.refused, told.message, told.host]).toEqual([refused, message, "example.com:6443"]);
});

test("an address that is none is refused in words", () => {
  expect(hostOf("127.0.0.1:1")).toBe("127.0.0.1:1");
  expect(() => hostOf("::")).toThrow('parse "http://::": invalid address of a server');
});
