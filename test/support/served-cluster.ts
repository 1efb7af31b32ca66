import fs from "node:fs";
import https from "node:https";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { createCluster } from "../../src/cluster/create-cluster.ts";
import { type Server, serve } from "../../src/serve/serve.ts";
import { readSchema } from "./scratch-cluster.ts";

/** One answer, with its body as text. */
export interface Answer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** How to ask, beyond the path. */
export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Without the administrator's certificate. */
  readonly anonymous?: boolean;
}

/** A fresh cluster that is being served on a free port of loopback. */
export interface ServedCluster {
  readonly home: string;
  readonly port: number;
  readonly kubeconfig: string;
  readonly server: Server;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  ask(path: string, asking?: Asking): Promise<Answer>;
  /** Serves the same state again, after {@link Server.close}. */
  again(): Promise<Server>;
  remove(): Promise<void>;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** Creates one, and serves it until it is removed. */
export async function servedCluster(): Promise<ServedCluster> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "drykube-served-"));
  await createCluster({ home, name: "kind", addons: [], now: Date.now(), sleep, readSchema });
  const port = await freePort();
  const options = { home, cluster: "kind", port, bind: "127.0.0.1", now: () => Date.now(), sleep, readSchema };
  const servers = [await serve(options)];
  const file = path.join(home, "config");
  const text = fs.readFileSync(file, "utf8").replace(/https:\/\/127\.0\.0\.1:\d+/, `https://127.0.0.1:${port}`);
  const kubeconfig = path.join(home, "kubeconfig");
  fs.writeFileSync(kubeconfig, text);
  const data = (field: string): string =>
    Buffer.from(new RegExp(`${field}: (\\S+)`).exec(text)![1]!, "base64").toString();
  const tls = {
    ca: data("certificate-authority-data"),
    cert: data("client-certificate-data"),
    key: data("client-key-data"),
  };
  return {
    home,
    port,
    kubeconfig,
    server: servers[0]!,
    tls,
    ask: (target, asking = {}) => ask(port, tls, target, asking),
    async again() {
      servers.push(await serve(options));
      return servers.at(-1)!;
    },
    async remove() {
      await servers.at(-1)!.close();
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}

function ask(port: number, tls: ServedCluster["tls"], target: string, asking: Asking): Promise<Answer> {
  const { anonymous, body, ...rest } = asking;
  const credentials = anonymous ? { ca: tls.ca } : tls;
  return new Promise((resolve, reject) => {
    const request = https.request(
      { host: "127.0.0.1", port, path: target, agent: false, ...credentials, ...rest },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({
            code: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}
