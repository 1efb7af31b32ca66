import fs from "node:fs";
import path from "node:path";
import { compactJson } from "../machinery/codec/json.ts";
import type { Session } from "./session.ts";

/** `delete --raw URI [-f FILE]`: one DELETE, with the file as its body where one is given. */
export async function deleteRaw(session: Session, uri: string, filename: string | undefined): Promise<void> {
  const body = filename === undefined ? undefined : await bodyOf(session, filename);
  await sendRaw(session, "DELETE", uri, body);
}

/** `create --raw URI -f FILE` and `replace --raw`: one POST or PUT of the file, the answer as it came. */
export async function writeRaw(session: Session, method: "POST" | "PUT", uri: string, filename: string): Promise<void> {
  await sendRaw(session, method, uri, await bodyOf(session, filename));
}

async function bodyOf(session: Session, filename: string): Promise<string> {
  if (filename === "-") return session.streams.stdin.readAll();
  try {
    return fs.readFileSync(path.resolve(session.cwd, filename), "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw missing ? new Error(`open ${filename}: no such file or directory`) : error;
  }
}

async function sendRaw(
  session: Session,
  method: "POST" | "PUT" | "DELETE",
  uri: string,
  body: string | undefined,
): Promise<void> {
  const client = await session.client();
  const response = await client.request({
    method,
    path: uri.replace(/^https?:\/\/[^/]*/, ""),
    ...(body === undefined ? {} : { body }),
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
  });
  if (response.kind === "text") session.streams.stdout.write(response.body);
  else if (response.kind === "object")
    session.streams.stdout.write(`${compactJson(response.body, { sortKeys: false })}\n`);
}
