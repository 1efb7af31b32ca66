import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readUrl } from "../../../../src/cli/resources/remote.ts";

let server: Server;
let base: string;
let failures = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    const { url = "" } = request;
    if (url === "/moved.yaml") response.writeHead(302, { location: "/pod.yaml" }).end();
    else if (url === "/pod.yaml") response.end("kind: Pod\n");
    else if (url === "/round") response.writeHead(302, { location: "/round" }).end();
    else if (url === "/shaky.yaml" && failures++ > 0) response.end("kind: Job\n");
    else response.writeHead(url === "/gone.yaml" ? 404 : 503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const noSleep = async (): Promise<void> => {};

test("a manifest, through redirects, and once more where the server fails", async () => {
  for (const [path, text] of [
    ["pod.yaml", "kind: Pod\n"],
    ["moved.yaml", "kind: Pod\n"],
    ["shaky.yaml", "kind: Job\n"],
  ])
    expect((await readUrl(`${base}/${path}`, noSleep)).toString()).toBe(text);
});

test("what cannot be had is told in kubectl's words", async () => {
  await expect(readUrl(`${base}/gone.yaml`, noSleep)).rejects.toThrow(
    `unable to read URL "${base}/gone.yaml", server reported 404 Not Found, status code=404`,
  );
  await expect(readUrl(`${base}/down.yaml`, noSleep)).rejects.toThrow("server reported 503 Service Unavailable");
  await expect(readUrl(`${base}/round`, noSleep)).rejects.toThrow("stopped after 10 redirects");
  await expect(readUrl("http://127.0.0.1:1/x.yaml", noSleep)).rejects.toThrow(
    "dial tcp 127.0.0.1:1: connect: connection refused",
  );
});
