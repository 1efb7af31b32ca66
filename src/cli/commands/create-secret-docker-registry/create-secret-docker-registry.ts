import { compactJson } from "../../../machinery/codec/json.ts";
import { flag } from "../../flags/flag.ts";
import { type DataEntry, fileEntries, parseFileSource } from "../../generate/data-sources.ts";
import { type GenerateOptions, type Generator, generatorCommand } from "../../generate/generator.ts";
import { appendHashFlag, secretOf, secretTarget } from "../../generate/secret.ts";
import type { Session } from "../../session.ts";

const KEY = ".dockerconfigjson";

const hasCredentials = (flags: Readonly<Record<string, any>>): boolean =>
  flags["dockerUsername"] !== "" && flags["dockerPassword"] !== "" && flags["dockerServer"] !== "";

/** The content of a docker configuration with one login. */
function dockerConfig(flags: Readonly<Record<string, any>>): DataEntry {
  const username: string = flags["dockerUsername"];
  const password: string = flags["dockerPassword"];
  const email: string = flags["dockerEmail"];
  const auth = Buffer.from(`${username}:${password}`, "utf8").toString("base64");
  const login = { username, password, ...(email === "" ? {} : { email }), auth };
  const config = { auths: Object.fromEntries([[flags["dockerServer"], login]]) };
  return { key: KEY, content: Buffer.from(compactJson(config, { sortKeys: false }), "utf8") };
}

/** Whatever a file is called, its content stands under the one key; a directory cannot. */
const underKey = (session: Session, source: string): DataEntry[] =>
  fileEntries(session.cwd, source.includes("=") ? source : `${KEY}=${parseFileSource(source).file}`).map((e) => ({
    ...e,
    key: source.includes("=") ? e.key : KEY,
  }));

function generate({ name, flags }: GenerateOptions, session: Session) {
  const files: readonly string[] = flags["fromFile"];
  const entries = files.length > 0 ? files.flatMap((source) => underKey(session, source)) : [dockerConfig(flags)];
  return secretOf(name, "kubernetes.io/dockerconfigjson", entries, flags["appendHash"]);
}

const generator: Generator = {
  path: "create secret docker-registry",
  text: {
    usage:
      "NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string] [--from-file=[key=]source] [--dry-run=server|client|none]",
    long: "Create a secret with the credentials of a container registry.",
    examples: `
# With a name and a password
kubectl create secret docker-registry my-secret --docker-server=DOCKER_REGISTRY_SERVER --docker-username=DOCKER_USER --docker-password=DOCKER_PASSWORD --docker-email=DOCKER_EMAIL

# From ~/.docker/config.json
kubectl create secret docker-registry my-secret --from-file=path/to/.docker/config.json`,
  },
  flags: [
    appendHashFlag,
    flag.string("docker-email", "Email for the registry."),
    flag.string("docker-password", "Password for the registry."),
    flag.string("docker-server", "The registry's server.", { default: "https://index.docker.io/v1/" }),
    flag.string("docker-username", "User name for the registry."),
    flag.strings("from-file", "A docker configuration file."),
  ],
  ...secretTarget,
  validate: ({ flags }) => {
    if (flags["fromFile"].length === 0 && !hasCredentials(flags))
      throw new Error(
        "either --from-file or the combination of --docker-username, --docker-password and --docker-server is required",
      );
  },
  generate,
};

/** `kubectl create secret docker-registry`. Mirrors kubectl/pkg/cmd/create/create_secret_docker.go. */
export const command = generatorCommand(generator);
