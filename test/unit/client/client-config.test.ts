import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { loadClientConfig } from "../../../src/client/client-config.ts";

const kubeconfig = `apiVersion: v1
kind: Config
current-context: c
clusters: [{name: k, cluster: {server: "https://h:1"}}]
contexts: [{name: c, context: {cluster: k, user: u}}]
users: [{name: u, user: {token: t}}]
`;

async function userFor(globals: Record<string, unknown>): Promise<Record<string, unknown>> {
  const cwd = fs.mkdtempSync(path.join(os.tmpdir(), "client-config-"));
  try {
    fs.writeFileSync(path.join(cwd, "config"), kubeconfig);
    const given = new Set(Object.keys(globals));
    return (await loadClientConfig({ env: { KUBECONFIG: path.join(cwd, "config") }, cwd, globals, given })).user;
  } finally {
    fs.rmSync(cwd, { recursive: true });
  }
}

test("whom to act as is part of the user; groups or a uid without a name are refused before anything is asked", async () => {
  expect(await userFor({ as: "jane", asGroup: ["dev"] })).toMatchObject({ as: "jane", "as-groups": ["dev"] });
  const refused = "requesting uid, groups or user-extra for u without impersonating a user";
  await expect(userFor({ asGroup: ["dev"] })).rejects.toThrow(refused);
  await expect(userFor({ asUid: "7" })).rejects.toThrow(refused);
});
