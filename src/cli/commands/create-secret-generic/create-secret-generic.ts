import { flag } from "../../flags/flag.ts";
import { envFileEntries, fileEntries, literalEntry } from "../../generate/data-sources.ts";
import { type Generator, generatorCommand } from "../../generate/generator.ts";
import { appendHashFlag, secretOf, secretTarget } from "../../generate/secret.ts";

const generator: Generator = {
  path: "create secret generic",
  text: {
    usage:
      "NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none]",
    long: "Create a secret from files, directories or literal values.\n\n The key of a file is its name, unless one is given; a directory gives one key for each file in it.",
    examples: `
# From literal values
kubectl create secret generic my-secret --from-literal=key1=supersecret --from-literal=key2=topsecret

# From a file with a key of its own
kubectl create secret generic my-secret --from-file=ssh-privatekey=path/to/id_rsa

# From an env file
kubectl create secret generic my-secret --from-env-file=path/to/foo.env`,
  },
  flags: [
    appendHashFlag,
    flag.strings("from-env-file", "File of KEY=VALUE lines."),
    flag.strings("from-file", "File, KEY=FILE or directory; may be given several times."),
    flag.array("from-literal", "KEY=VALUE; may be given several times."),
    flag.string("type", "The secret's type."),
  ],
  ...secretTarget,
  validate: ({ flags }) => {
    if (flags["fromEnvFile"].length > 0 && flags["fromFile"].length + flags["fromLiteral"].length > 0)
      throw new Error("from-env-file cannot be combined with from-file or from-literal");
  },
  generate: ({ name, flags }, session) =>
    secretOf(
      name,
      flags["type"],
      [
        ...flags["fromFile"].flatMap((source: string) => fileEntries(session.cwd, source)),
        ...flags["fromLiteral"].map(literalEntry),
        ...flags["fromEnvFile"].flatMap((file: string) => envFileEntries(session, file, "env secret file")),
      ],
      flags["appendHash"],
    ),
};

/** `kubectl create secret generic`. Mirrors kubectl/pkg/cmd/create/create_secret.go. */
export const command = generatorCommand(generator);
