import type { Transport } from "../client/transport.ts";
import type { JsonObject } from "../machinery/object.ts";
import type { Host } from "./session.ts";
import { clientVersion } from "./versions.ts";

const FIELDS = [
  "major",
  "minor",
  "emulationMajor",
  "emulationMinor",
  "minCompatibilityMajor",
  "minCompatibilityMinor",
  "gitVersion",
  "gitCommit",
  "gitTreeState",
  "buildDate",
  "goVersion",
  "compiler",
  "platform",
];

/** A version as Go's %#v shows it. */
const goSyntax = (version: JsonObject): string =>
  `version.Info{${FIELDS.map((f) => `${f[0]!.toUpperCase()}${f.slice(1)}:${JSON.stringify(String(version[f] ?? ""))}`).join(", ")}}`;

/** What --match-server-version asks for. Throws where the server is of another build. Mirrors discovery.MatchesServerVersion. */
export async function refuseOtherVersion(host: Host, transport: Transport): Promise<void> {
  const response = await transport.request({
    method: "GET",
    path: "/version",
    headers: { accept: "application/json" },
  });
  if (response.kind !== "object" && response.kind !== "text") throw new Error("unable to parse the server version");
  const server: JsonObject =
    response.kind === "object" ? response.body : JSON.parse(Buffer.from(response.body).toString("utf8"));
  const client = clientVersion(host.platform);
  if (["gitVersion", "gitCommit", "gitTreeState"].every((field) => server[field] === client[field])) return;
  throw new Error(`server version (&${goSyntax(server)}) differs from client version (${goSyntax(client)})`);
}
