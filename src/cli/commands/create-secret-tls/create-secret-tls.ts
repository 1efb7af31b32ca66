import fs from "node:fs";
import path from "node:path";
import { flag } from "../../flags/flag.ts";
import { fileReason } from "../../generate/data-sources.ts";
import { type GenerateOptions, type Generator, generatorCommand } from "../../generate/generator.ts";
import { checkKeyPair } from "../../generate/key-pair.ts";
import { appendHashFlag, secretOf, secretTarget } from "../../generate/secret.ts";
import type { Session } from "../../session.ts";

function read(session: Session, file: string): Buffer {
  try {
    return fs.readFileSync(path.resolve(session.cwd, file));
  } catch (error) {
    throw new Error(`Cannot read file ${file}, open ${file}: ${fileReason(error)}`);
  }
}

function generate({ name, flags }: GenerateOptions, session: Session) {
  const certificate = read(session, flags["cert"]);
  const key = read(session, flags["key"]);
  checkKeyPair(certificate.toString("latin1"), key.toString("latin1"));
  const entries = [
    { key: "tls.crt", content: certificate },
    { key: "tls.key", content: key },
  ];
  return secretOf(name, "kubernetes.io/tls", entries, flags["appendHash"]);
}

const generator: Generator = {
  path: "create secret tls",
  text: {
    usage: "NAME --cert=path/to/cert/file --key=path/to/key/file [--dry-run=server|client|none]",
    long: "Create a TLS secret from a pair of public certificate and private key, both as PEM.",
    examples: `
# From files
kubectl create secret tls tls-secret --cert=path/to/tls.crt --key=path/to/tls.key`,
  },
  flags: [
    appendHashFlag,
    flag.string("cert", "File with the certificate, as PEM."),
    flag.string("key", "File with the certificate's private key."),
  ],
  ...secretTarget,
  validate: ({ flags }) => {
    if (flags["key"] === "" || flags["cert"] === "") throw new Error("key and cert must be specified");
  },
  generate,
};

/** `kubectl create secret tls`. Mirrors kubectl/pkg/cmd/create/create_secret_tls.go. */
export const command = generatorCommand(generator);
