import type { JsonObject } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import type { Session } from "../../session.ts";
import { clientVersion, KUSTOMIZE_VERSION } from "../../versions.ts";

interface VersionOptions {
  readonly clientOnly: boolean;
  readonly output: string;
}

interface Versions {
  readonly clientVersion: JsonObject;
  readonly kustomizeVersion: string;
  serverVersion?: JsonObject;
}

async function serverVersion(session: Session): Promise<JsonObject> {
  const client = await session.client();
  const response = await client.request({ method: "GET", path: "/version", headers: { accept: "application/json" } });
  if (response.kind === "object") return response.body;
  if (response.kind === "text") return JSON.parse(Buffer.from(response.body).toString("utf8"));
  throw new Error("unable to parse the server version");
}

/** Says so where client and server are further apart than is supported. Mirrors version.printVersionSkewWarning. */
function warnOfSkew(session: Session, client: JsonObject, server: JsonObject): void {
  const minor = Number.parseInt(String(server["minor"]), 10);
  if (String(server["major"]) === client["major"] && Math.abs(minor - Number(client["minor"])) <= 1) return;
  session.streams.stderr.write(
    `WARNING: version difference between client (${client["major"]}.${client["minor"]}) and server (${server["major"]}.${minor}) exceeds the supported minor version skew of +/-1\n`,
  );
}

async function print(session: Session, versions: Versions, output: string): Promise<void> {
  const { stdout } = session.streams;
  if (output === "json") {
    const { toJson } = await import("../../../machinery/codec/json.ts");
    stdout.write(toJson(versions, { sortKeys: false, indent: "  " }));
  } else if (output === "yaml") {
    const { toYaml } = await import("../../../machinery/codec/yaml-write.ts");
    stdout.write(`${toYaml(versions)}\n`);
  } else {
    stdout.write(
      `Client Version: ${versions.clientVersion["gitVersion"]}\nKustomize Version: ${versions.kustomizeVersion}\n`,
    );
    if (versions.serverVersion !== undefined) stdout.write(`Server Version: ${versions.serverVersion["gitVersion"]}\n`);
  }
}

async function run(session: Session, o: VersionOptions): Promise<void> {
  const versions: Versions = { clientVersion: clientVersion(session.platform), kustomizeVersion: KUSTOMIZE_VERSION };
  let failure: unknown;
  if (!o.clientOnly)
    try {
      versions.serverVersion = await serverVersion(session);
    } catch (error) {
      failure = error;
    }
  await print(session, versions, o.output);
  if (versions.serverVersion !== undefined) warnOfSkew(session, versions.clientVersion, versions.serverVersion);
  if (failure !== undefined) throw failure;
}

/** `kubectl version`. Mirrors kubectl/pkg/cmd/version. */
export const command: CommandDefinition<VersionOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "[flags]",
      long: "Print the versions of the client and of the server that the current context names.",
      examples: "# Both versions\nkubectl version",
    });
    declareFlags(
      c,
      flag.bool("client", "The client's version only; no server is needed."),
      flag.string("output", "'yaml' or 'json'.", { short: "o" }),
    );
  },
  complete: (_session, flags, args) => {
    if (args.length > 0) throw new Error(`extra arguments: [${args.join(" ")}]`);
    return { clientOnly: flags["client"], output: flags["output"] };
  },
  validate: (o) => {
    if (o.output !== "" && o.output !== "yaml" && o.output !== "json")
      throw new Error("--output must be 'yaml' or 'json'");
  },
  run,
};
