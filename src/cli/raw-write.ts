import fs from "node:fs";
import path from "node:path";
import { compactJson } from "../machinery/codec/json.ts";
import type { Session } from "./session.ts";

/** `create --raw URI -f FILE` and `replace --raw`: one POST or PUT of the file, the answer as it came. */
export async function writeRaw(session: Session, method: "POST" | "PUT", uri: string, filename: string): Promise<void> {
  const body =
    filename === "-"
      ? await session.streams.stdin.readAll()
      : fs.readFileSync(path.resolve(session.cwd, filename), "utf8");
  const client = await session.client();
  const response = await client.request({
    method,
    path: uri.replace(/^https?:\/\/[^/]*/, ""),
    body,
    headers: {
      accept: "application/json",
      "content-type": body.trimStart().startsWith("{") ? "application/json" : "application/yaml",
    },
  });
  if (response.kind === "text") session.streams.stdout.write(response.body);
  else if (response.kind === "object")
    session.streams.stdout.write(`${compactJson(response.body, { sortKeys: false })}\n`);
}
