import { expect, test } from "vitest";
import { pi } from "../../../../src/node/images/perl/pi.ts";
import { resolveImage } from "../../../../src/node/images/registry.ts";
import { channels, logsOf, START, spec, testRuntime } from "../../../support/runtime/harness.ts";

test.each([
  ["nginx", "docker.io/library/nginx:latest"],
  ["nginx:1.27-alpine", "docker.io/library/nginx:1.27-alpine"],
  ["nginx:1.14.2", "docker.io/library/nginx:1.14.2"],
  ["httpd:alpine", "docker.io/library/httpd:alpine"],
  ["luksa/kubia", "docker.io/luksa/kubia:latest"],
  ["quay.io/somebody/thing:v3", "quay.io/somebody/thing:v3"],
  ["localhost:5000/mine", "localhost:5000/mine:latest"],
  [`nginx@sha256:${"a".repeat(64)}`, `docker.io/library/nginx@sha256:${"a".repeat(64)}`],
])("%s resolves", (image, canonical) => {
  const resolution = resolveImage(image);
  expect(resolution).toMatchObject({ found: true, canonical });
  expect(resolution).toEqual(resolveImage(image));
  expect(resolution.pullMs).toBeLessThan(700);
});

const notFound = (name: string): string =>
  `rpc error: code = NotFound desc = failed to pull and unpack image "${name}": failed to resolve reference "${name}": ${name}: not found`;
const denied = (name: string): string =>
  `failed to pull and unpack image "${name}": failed to resolve reference "${name}": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`;

test.each([
  ["nginx:1.161", notFound("docker.io/library/nginx:1.161")],
  ["nginx:latestt", notFound("docker.io/library/nginx:latestt")],
  ["nginx:1.99", notFound("docker.io/library/nginx:1.99")],
  ["alpine:3.99", notFound("docker.io/library/alpine:3.99")],
  ["registry.k8s.io/kube-apiserver:v1.99.0", notFound("registry.k8s.io/kube-apiserver:v1.99.0")],
  ["ngnix", denied("docker.io/library/ngnix:latest")],
  ["nosuchimage", denied("docker.io/library/nosuchimage:latest")],
  ["nosuch/image:v1", denied("docker.io/nosuch/image:v1")],
  [
    "registry.example.com/app:v1",
    'failed to pull and unpack image "registry.example.com/app:v1": failed to resolve reference "registry.example.com/app:v1": failed to do request: Head "https://registry.example.com/v2/app/manifests/v1": dial tcp: lookup registry.example.com: no such host',
  ],
])("%s does not", (image, error) => {
  expect(resolveImage(image)).toMatchObject({ found: false, error });
});

test("pi to 2000 digits", () => {
  const text = pi(2000);
  expect(text).toHaveLength(2001);
  expect(text.startsWith("3.14159265358979323846264338327950288419716939937510")).toBe(true);
  expect(pi(20)).toBe("3.1415926535897932385");
});

/** What a container prints in its first 20 seconds, and what a command in it says then. */
async function look(
  image: string,
  more: object,
  command: string[] = ["true"],
): Promise<{ log: string; out: string; state: unknown }> {
  const runtime = testRuntime();
  const container = spec(image, more);
  await runtime.start(container, START);
  runtime.clock.now += 20_000;
  const state = await runtime.inspect(container.id, runtime.clock.now);
  const log = await logsOf(runtime, container.id);
  const ends = channels();
  if (state?.state === "running") await runtime.exec(container.id, command, { tty: false, stdin: false }, ends);
  return { log, out: ends.out() + ends.err(), state };
}

const env = (name: string, value: string) => ({ env: [{ name, value }] });

test.each([
  [
    "nginx",
    {},
    ["sh", "-c", "nginx -v 2>&1; curl -s localhost | head -4 | tail -1"],
    "nginx version: nginx/1.29.3\n<title>Welcome to nginx!</title>\n",
  ],
  [
    "nginx:1.27-alpine",
    {},
    ["wget", "-qO-", "localhost/nosuch"],
    "wget: server returned error: HTTP/1.1 404 Not Found\n",
  ],
  ["httpd:alpine", {}, ["wget", "-qO-", "localhost"], "<html><body><h1>It works!</h1></body></html>\n"],
  [
    "redis",
    {},
    ["sh", "-c", "redis-cli set n 41; redis-cli incr n; redis-cli get n; redis-cli keys '*'; echo PING | redis-cli"],
    "OK\n42\n42\nn\nPONG\n",
  ],
  ["mysql:8", env("MYSQL_ROOT_PASSWORD", "x"), ["mysqladmin", "-uroot", "-px", "ping"], "mysqld is alive\n"],
  [
    "mysql:8",
    env("MYSQL_ROOT_PASSWORD", "x"),
    [
      "sh",
      "-c",
      "mysql -px -e \"CREATE DATABASE test; CREATE TABLE test.messages (id INT, message VARCHAR(250)); INSERT INTO test.messages VALUES (1, 'hello; you'), (2, 'a, b')\"; echo 'SELECT message FROM messages; SELECT COUNT(*) FROM messages; SELECT 1, @@server_id' | mysql -px test; mysql -px -e 'SHOW DATABASES; USE nope' | tail -1; ls /var/lib/mysql/test; mysql -pwrong -e 'SELECT 1'",
    ],
    "message\nhello; you\na, b\nCOUNT(*)\n2\n1\t@@server_id\n1\t1\ntest\nmessages.ibd\n" +
      "mysql: [Warning] Using a password on the command line interface can be insecure.\n".repeat(3) +
      "ERROR 1049 (42000) at line 1: Unknown database 'nope'\n" +
      "mysql: [Warning] Using a password on the command line interface can be insecure.\n" +
      "ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)\n",
  ],
  ["postgres", env("POSTGRES_PASSWORD", "x"), ["pg_isready"], "/var/run/postgresql:5432 - accepting connections\n"],
  ["luksa/kubia", {}, ["curl", "-s", "localhost:8080"], "You've hit demo\n"],
  ["luksa/kubia:v2", {}, ["curl", "-s", "localhost:8080"], "This is v2 running in pod demo\n"],
  [
    "luksa/kubia-unhealthy",
    {},
    ["sh", "-c", "for i in 1 2 3 4 5 6; do curl -s localhost:8080 | tail -1; done"],
    `${"You've hit demo\n".repeat(5)}I'm not well. Please restart me!`,
  ],
  [
    "luksa/kubia-pet",
    {},
    ["sh", "-c", "mkdir /var/data; curl -s -X POST -d 'Hey there!' localhost:8080; curl -s localhost:8080"],
    "Data stored on pod demo\nYou've hit demo\nData stored on this pod: Hey there!\n",
  ],
  [
    "luksa/fortune:args",
    { args: ["7"] },
    ["sh", "-c", "wc -l < /var/htdocs/index.html; head -1 /bin/fortuneloop.sh"],
    "1\n#!/bin/bash\n",
  ],
  [
    "gcr.io/google-samples/kubernetes-bootcamp:v1",
    {},
    ["curl", "-s", "localhost:8080"],
    "Hello Kubernetes bootcamp! | Running on: demo | v=1\n",
  ],
  ["sysnet4admin/chk-hn", {}, ["curl", "-s", "localhost"], "demo\n"],
  [
    "registry.k8s.io/e2e-test-images/agnhost:2.39",
    { args: ["netexec"] },
    ["curl", "-s", "localhost:8080/hostname"],
    "demo",
  ],
  [
    "redis",
    {
      command: ["redis-server", "/conf/redis.conf"],
      mounts: [
        {
          mountPath: "/conf",
          readOnly: true,
          files: [{ path: "redis.conf", content: "maxmemory 2mb\nmaxmemory-policy allkeys-lru\n" }],
        },
      ],
    },
    [
      "sh",
      "-c",
      "redis-cli config get 'maxmemory*'; redis-cli config set maxmemory 1gb; redis-cli config get maxmemory",
    ],
    "maxmemory\n2097152\nmaxmemory-policy\nallkeys-lru\nOK\nmaxmemory\n1073741824\n",
  ],
  ["registry.k8s.io/nginx-slim:0.8", {}, ["sh", "-c", "curl -s localhost | grep -c title"], "1\n"],
  ["us-docker.pkg.dev/google-samples/containers/gke/gb-redis-follower:v2", {}, ["redis-cli", "ping"], "PONG\n"],
  ["mongo:7", { command: ["mongod", "--replSet", "rs0"] }, ["echo", "up"], "up\n"],
  ["acme/shop:v3", { command: ["./start.sh"], workingDir: "/srv" }, ["ls", "/srv/start.sh"], "/srv/start.sh\n"],
  [
    "python:3.12",
    { command: ["python", "-m", "http.server", "80"], workingDir: "/srv" },
    ["curl", "-so/dev/null", "-w%{http_code}", "localhost"],
    "200",
  ],
  [
    "busybox",
    { command: ["sleep", "100"] },
    ["nslookup"],
    "BusyBox v1.36.1 multi-call binary.\n\nUsage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n",
  ],
])("%s serves", async (image, more, command, out) => {
  expect((await look(image, more, command)).out).toBe(out);
});

const python = (code: string, ...more: { name: string; value: string }[]) => ({
  command: ["python3", "-c", code],
  env: more,
});
const index = (value: string) => ({ name: "JOB_COMPLETION_INDEX", value });

test.each([
  [
    "import os, sys\nprint('Hi')\nif int(os.environ.get('I', '3')) % 2 == 0:\n  sys.exit(1)\nprint('odd')",
    "Hi\nodd\n",
    0,
  ],
  [
    "import sys\nfor i in range(2, 5):\n    if i == 3: continue\n    print('n', i, i / 2, end=';')\nsys.exit(7)",
    "n 2 1.0;n 4 2.0;",
    7,
  ],
  [
    "n = 3\nwhile n > 0:\n  print(f'{n} left')\n  n -= 1\nelse_ = 'x'.upper() + str(n)\nprint(else_, not n, n in [0])",
    "3 left\n2 left\n1 left\nX0 True True\n",
    0,
  ],
  [
    "print(1 // 0)",
    'Traceback (most recent call last):\n  File "<string>", line 1, in <module>\nZeroDivisionError: integer division or modulo by zero\n',
    1,
  ],
  [
    "import os\nprint('%s!' % 'a')\nos.environ['NOPE']",
    "a!\nTraceback (most recent call last):\n  File \"<string>\", line 3, in <module>\nKeyError: 'NOPE'\n",
    1,
  ],
])("python runs %j", async (code, log, exitCode) => {
  const seen = await look("python:3.12", python(code));
  expect(seen).toMatchObject({ log, state: { state: "exited", exitCode } });
});

test("the images of a book do what it says", async () => {
  const { log } = await look("luksa/fortune:env", env("INTERVAL", "5"));
  expect(log.split("\n")[0]).toBe("Configured to generate new fortune every 5 seconds");
  expect(log.match(/Writing fortune to/g)).toHaveLength(4);
  expect((await look("luksa/batch-job", {})).log).toMatch(/ Batch job starting\n$/);
  expect((await look("luksa/ssd-monitor", {})).log).toBe("SSD OK\n".repeat(4));
});

test("an indexed job's pods tell themselves apart", async () => {
  const code = 'import os, sys\nif os.environ.get("JOB_COMPLETION_INDEX") == "2":\n  sys.exit(0)\nelse:\n  sys.exit(1)';
  for (const [value, exitCode] of [
    ["2", 0],
    ["3", 1],
  ] as const)
    expect((await look("python", python(code, index(value)))).state).toMatchObject({ exitCode });
});

test.each([
  ["mysql", {}, "Database is uninitialized and password option is not specified"],
  ["mariadb", {}, "Database is uninitialized and password option is not specified"],
  ["postgres", {}, "Error: Database is uninitialized and superuser password is not specified."],
  [
    "nginx",
    { readOnlyRootFilesystem: true },
    'mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)',
  ],
  ["nginx", { securityContext: { runAsUser: 1000 } }, "(13: Permission denied)"],
  ["hashicorp/http-echo", {}, "Missing -text option!"],
])("%s fails as the real one does", async (image, more, words) => {
  const { log, state } = await look(image, more);
  expect(state).toMatchObject({ state: "exited", reason: "Error" });
  expect(log).toContain(words);
});

test("nginx follows a mounted configuration, and refuses a broken one", async () => {
  const mount = (content: string) => ({
    mounts: [{ mountPath: "/etc/nginx/conf.d", readOnly: true, files: [{ path: "default.conf", content }] }],
  });
  const good =
    "server { listen 8080; location /hello { return 200 'hi there\\n'; } location / { root /usr/share/nginx/html; } }";
  expect((await look("nginx", mount(good), ["curl", "-s", "localhost:8080/hello"])).out).toBe("hi there\n");
  expect((await look("nginx", mount("server { lisen 80; }"))).log).toContain(
    '[emerg] unknown directive "lisen" in /etc/nginx/conf.d/default.conf:1',
  );
});
