import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { PassThrough, Writable } from "node:stream";
import { createGunzip } from "node:zlib";
import {
  ApiException,
  AppsV1Api,
  Attach,
  BatchV1Api,
  CoreV1Api,
  Cp,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  makeInformer,
  PortForward,
  type V1Pod,
  type V1Status,
  Watch,
} from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServedCluster, servedCluster } from "../support/served-cluster.ts";

let cluster: ServedCluster;
const config = new KubeConfig();
const namespace = "default";

beforeAll(async () => {
  cluster = await servedCluster();
  config.loadFromFile(cluster.kubeconfig);
  await core().createNamespacedPod({ namespace, body: pod("web", "nginx:1.27") });
  await running("web");
});
afterAll(() => cluster.remove());

const core = (): CoreV1Api => config.makeApiClient(CoreV1Api);
const pod = (name: string, image: string, command?: string[]): V1Pod => ({
  metadata: { name, labels: { app: name } },
  spec: { containers: [{ name: "main", image, ...(command ? { command } : {}) }] },
});
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let i = 0; i < 300; i++) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(100);
  }
  throw new Error("it does not come about");
}
const running = (name: string): Promise<V1Pod> =>
  until(async () => {
    const found = await core().readNamespacedPod({ namespace, name });
    return found.status?.phase === "Running" ? found : undefined;
  });

function sink(): { readonly stream: Writable; text(): string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString("utf8") };
}

test("typed clients create, patch, list with limits, and delete", async () => {
  const apps = config.makeApiClient(AppsV1Api);
  await apps.createNamespacedDeployment({
    namespace,
    body: {
      metadata: { name: "api" },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: "api" } },
        template: {
          metadata: { labels: { app: "api" } },
          spec: { containers: [{ name: "c", image: "nginx:1.27" }] },
        },
      },
    },
  });
  await until(async () => {
    const { status } = await apps.readNamespacedDeployment({ namespace, name: "api" });
    return status?.readyReplicas === 2 ? true : undefined;
  });
  await apps.replaceNamespacedDeploymentScale({
    namespace,
    name: "api",
    body: { metadata: { name: "api", namespace }, spec: { replicas: 1 } },
  });
  const scaled = await apps.readNamespacedDeployment({ namespace, name: "api" });
  expect(scaled.spec?.replicas).toBe(1);
  const first = await core().listNamespacedPod({ namespace, limit: 1 });
  expect(first.items).toHaveLength(1);
  const rest = await core().listNamespacedPod({ namespace, _continue: first.metadata!._continue! });
  expect(rest.items.map((p) => p.metadata?.name)).not.toContain(first.items[0]!.metadata!.name);
  await apps.deleteNamespacedDeployment({ namespace, name: "api", propagationPolicy: "Foreground" });
  await until(async () => {
    const { items } = await core().listNamespacedPod({ namespace, labelSelector: "app=api" });
    return items.length === 0 ? true : undefined;
  });
});

test("refusals arrive as API exceptions with upstream's status", async () => {
  const missing = await core()
    .readNamespacedPod({ namespace, name: "nope" })
    .catch((error: unknown) => error);
  expect(missing).toBeInstanceOf(ApiException);
  expect(missing).toMatchObject({ code: 404 });
  expect(String((missing as ApiException<string>).body)).toContain('pods \\"nope\\" not found');
});

test("the object client applies, reads and deletes whatever there is", async () => {
  const objects = KubernetesObjectApi.makeApiClient(config);
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "obj", namespace }, data: { a: "b" } };
  await objects.create(object);
  const patched = await objects.patch({ ...object, data: { a: "c" } } as typeof object);
  expect((patched as { data?: object }).data).toEqual({ a: "c" });
  const list = await objects.list("v1", "ConfigMap", namespace);
  expect(list.items.map((item) => item.metadata?.name)).toContain("obj");
  await objects.delete(object);
  await expect(objects.read(object)).rejects.toMatchObject({ code: 404 });
});

test("watches and informers see what happens", async () => {
  const seen: string[] = [];
  const controller = await new Watch(config).watch(
    `/api/v1/namespaces/${namespace}/configmaps`,
    { allowWatchBookmarks: true },
    (phase: string, object: { metadata: { name: string } }) => seen.push(`${phase} ${object.metadata.name}`),
    () => undefined,
  );
  const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
    core().listNamespacedConfigMap({ namespace }),
  );
  const informed: string[] = [];
  for (const event of ["add", "update", "delete"] as const)
    informer.on(event, (object) => informed.push(`${event} ${object.metadata?.name}`));
  await informer.start();
  const body = { metadata: { name: "watched" }, data: { a: "1" } };
  await core().createNamespacedConfigMap({ namespace, body });
  await core().replaceNamespacedConfigMap({ namespace, name: "watched", body: { ...body, data: { a: "2" } } });
  await core().deleteNamespacedConfigMap({ namespace, name: "watched" });
  await until(() => (informed.includes("delete watched") ? true : undefined));
  await until(() => (seen.includes("DELETED watched") ? true : undefined));
  controller.abort();
  await informer.stop();
  expect(seen.filter((line) => line.endsWith(" watched"))).toEqual([
    "ADDED watched",
    "MODIFIED watched",
    "DELETED watched",
  ]);
  expect(informed.filter((line) => line.endsWith(" watched"))).toEqual([
    "add watched",
    "update watched",
    "delete watched",
  ]);
});

test("exec carries input, both outputs and the exit code", async () => {
  const run = async (command: string[], input?: string) => {
    const [out, err] = [sink(), sink()];
    const stdin = input === undefined ? null : new PassThrough();
    const status = await new Promise<V1Status>((resolve, reject) => {
      new Exec(config)
        .exec(namespace, "web", "main", command, out.stream, err.stream, stdin, false, resolve)
        .catch(reject);
      stdin?.end(input);
    });
    return { out: out.text(), err: err.text(), status };
  };
  expect(await run(["echo", "hello"])).toMatchObject({ out: "hello\n", err: "", status: { status: "Success" } });
  const failed = await run(["sh", "-c", "echo oops >&2; exit 7"]);
  expect(failed).toMatchObject({ out: "", err: "oops\n", status: { status: "Failure", reason: "NonZeroExitCode" } });
  expect(failed.status.details?.causes?.[0]).toMatchObject({ reason: "ExitCode", message: "7" });
  expect((await run(["head", "-n", "1"], "first\nsecond\n")).out).toBe("first\n");
});

test("logs arrive whole, and as they come", async () => {
  const job = {
    template: {
      spec: {
        restartPolicy: "Never",
        containers: [{ name: "c", image: "busybox:1.36", command: ["sh", "-c", "echo one; sleep 2; echo two"] }],
      },
    },
  };
  await config
    .makeApiClient(BatchV1Api)
    .createNamespacedJob({ namespace, body: { metadata: { name: "talk" }, spec: job } });
  const name = await until(async () => {
    const { items } = await core().listNamespacedPod({ namespace, labelSelector: "job-name=talk" });
    // On a slow machine it may be over already.
    const phase = items[0]?.status?.phase;
    return phase === "Running" || phase === "Succeeded" ? items[0]!.metadata?.name : undefined;
  });
  const out = sink();
  const controller = await new Log(config).log(namespace, name, "c", out.stream, { follow: true });
  await until(() => (out.text() === "one\ntwo\n" ? true : undefined));
  controller.abort();
  expect(await core().readNamespacedPodLog({ namespace, name, tailLines: 1 })).toBe("two\n");
});

test("attach reaches the running process", async () => {
  await core().createNamespacedPod({
    namespace,
    body: pod("ticker", "busybox:1.36", ["sh", "-c", "while true; do echo tick; sleep 1; done"]),
  });
  await running("ticker");
  const out = sink();
  const socket = await new Attach(config).attach(namespace, "ticker", "main", out.stream, null, null, false);
  await until(() => (out.text().includes("tick\n") ? true : undefined));
  socket.close();
});

test("files are copied into a container and out of it", async () => {
  const local = fs.mkdtempSync(path.join(os.tmpdir(), "drykube-cp-"));
  try {
    fs.writeFileSync(path.join(local, "a.txt"), "copied");
    fs.mkdirSync(path.join(local, "below"));
    const bytes = randomBytes(300_000);
    fs.writeFileSync(path.join(local, "below", "b.bin"), bytes);
    await new Cp(config).cpToPod(namespace, "web", "main", local, "/tmp");
    const read = async (...command: string[]): Promise<string> => {
      const out = sink();
      await new Promise((resolve, reject) => {
        new Exec(config).exec(namespace, "web", "main", command, out.stream, null, null, false, resolve).catch(reject);
      });
      return out.text();
    };
    const sum = createHash("sha256").update(bytes).digest("hex");
    await until(async () => ((await read("sha256sum", "/tmp/below/b.bin")).startsWith(sum) ? true : undefined));
    expect(await read("cat", "/tmp/a.txt")).toBe("copied");
    const back = path.join(local, "back");
    await new Cp(config, unzipping()).cpFromPod(namespace, "web", "main", "tmp/below", back);
    const copy = path.join(back, "tmp", "below", "b.bin");
    await until(() => (fs.existsSync(copy) && fs.statSync(copy).size === bytes.length ? true : undefined));
    expect(fs.readFileSync(copy).equals(bytes)).toBe(true);
  } finally {
    fs.rmSync(local, { recursive: true });
  }
});

/** Cp asks for `tar zcf`, and gives what comes to a reader that does not unzip: that is done here. */
function unzipping(): Exec {
  const exec = new Exec(config);
  return Object.assign(Object.create(exec), {
    exec: (...[ns, name, container, command, out, ...rest]: Parameters<Exec["exec"]>) => {
      const unzip = createGunzip();
      unzip.pipe(out!);
      return exec.exec(ns, name, container, command, unzip, ...rest);
    },
  });
}

test("a forwarded port answers", async () => {
  const forward = new PortForward(config);
  const server = net.createServer((socket) => {
    forward.portForward(namespace, "web", [80], socket, null, socket).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  const page = await fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.text());
  server.close();
  expect(page).toContain("Welcome to nginx!");
});
