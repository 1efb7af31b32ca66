import { expect, test } from "vitest";
import { parseCertificateRequest } from "../../../../src/machinery/codec/certificate-request.ts";

/** openssl req -new -subj "/C=DE/ST=Bayern/L=Ort/O=devs/O=ops/OU=u/CN=jane/serialNumber=7/street=Weg 1" with alternative names. */
const pem = `-----BEGIN CERTIFICATE REQUEST-----
MIICJDCCAY0CAQAwgYAxCzAJBgNVBAYTAkRFMQ8wDQYDVQQIDAZCYXllcm4xDDAK
BgNVBAcMA09ydDENMAsGA1UECgwEZGV2czEMMAoGA1UECgwDb3BzMQowCAYDVQQL
DAF1MQ0wCwYDVQQDDARqYW5lMQowCAYDVQQFEwE3MQ4wDAYDVQQJDAVXZWcgMTCB
nzANBgkqhkiG9w0BAQEFAAOBjQAwgYkCgYEA3gK+heY7/KZrtPzhdZWOZlMjKwL9
HF7msEd+iG3Nu3L4oqqURcm6kKAWSQs+SPvipzee8j45qsuB3VgYdjiRdTZPDnoz
l+RzIB/kkavsCgHMBkSD/ZWPkEwJgFGcPdEKVDOOay0u0WypM9ILF+qCFzga2yet
XSzrzqHfP+xRVeMCAwEAAaBjMGEGCSqGSIb3DQEJDjFUMFIwUAYDVR0RBEkwR4IN
YS5leGFtcGxlLmNvbYIBYocECgAAAYcQ/QAAAAAAAAAAAQAAAAAAAYYMc3BpZmZl
Oi8veC95gQ1qQGV4YW1wbGUuY29tMA0GCSqGSIb3DQEBCwUAA4GBAHs80Z6LYxpA
4JG86qhWoRxZo/rL/b978J7LZavW7vNhSNV/IHtaGSsoGOQOfSVIJ3GQfeUBUmY3
/Slg5Ud5hhmVhl7O6dUW5Hw04aBKoo+5Ka1ow4P0pFSNZg078R6IX7n/gQECkO7t
YOaCPltrUCvuLKrYMhuy3oGA80funF0J
-----END CERTIFICATE REQUEST-----
`;

test("reads subject and alternative names", () => {
  const { subject, ...names } = parseCertificateRequest(Buffer.from(pem));
  expect(Object.fromEntries(subject)).toEqual({
    C: ["DE"],
    ST: ["Bayern"],
    L: ["Ort"],
    O: ["devs", "ops"],
    OU: ["u"],
    CN: ["jane"],
    serialNumber: ["7"],
    street: ["Weg 1"],
  });
  expect(names).toEqual({
    dnsNames: ["a.example.com", "b"],
    emails: ["j@example.com"],
    uris: ["spiffe://x/y"],
    ips: ["10.0.0.1", "fd00::1:0:0:1"],
  });
});

const wrapped = (der: readonly number[]): Buffer =>
  Buffer.from(
    `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from(der).toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`,
  );

test.each([
  ["nothing", Buffer.from(""), "PEM block type must be CERTIFICATE REQUEST"],
  ["a certificate", Buffer.from(pem.replaceAll(" REQUEST", "")), "PEM block type must be CERTIFICATE REQUEST"],
  ["an empty block", wrapped([]), "asn1: syntax error: data truncated"],
  ["a number", wrapped([2, 1, 5]), "asn1: structure error: tags don't match"],
  ["less than it says", wrapped([0x30, 9, 1]), "asn1: syntax error: data truncated"],
  ["more than it says", wrapped([0x30, 0, 5, 0]), "asn1: syntax error: trailing data"],
  ["an unlimited length", wrapped([0x30, 0x80, 0, 0]), "asn1: syntax error: indefinite length found (not DER)"],
  [
    "an enormous length",
    wrapped([0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255]),
    "asn1: structure error: length too large",
  ],
])("refuses %s", (_, bytes, message) => {
  expect(() => parseCertificateRequest(bytes)).toThrow(message);
});
