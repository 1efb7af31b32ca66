import { afterAll, beforeAll, expect, test } from "vitest";
import { type CommandLine, commandLine } from "../support/command-line.ts";

// What stands here is what kubectl 1.33 printed on a cluster of drykube; test/conformance/writes.mjs asks it much more.
let cli: CommandLine;
beforeAll(() => {
  cli = commandLine();
  cli.kubectl(["create", "configmap", "cm", "--from-literal=a=1"]);
});
afterAll(() => cli.remove());

const words = (line: string): string[] => line.split(" ").filter((w) => w !== "");
const annotation = (key: string): string =>
  cli.kubectl(["get", "cm", "cm", "-o", `jsonpath={.metadata.annotations.${key.replaceAll(".", "\\.")}}`]).stdout;

test("--record keeps the line with its flags written out, and warns", () => {
  const { stdout, stderr } = cli.kubectl(words("label cm cm x=y --overwrite --record -n default"));
  expect([stdout, stderr]).toEqual([
    "configmap/cm labeled\n",
    "Flag --record has been deprecated, --record will be removed in the future\n",
  ]);
  expect(annotation("kubernetes.io/change-cause")).toBe(
    "kubectl label cm cm x=y --overwrite=true --record=true --namespace=default",
  );
});

const formats =
  "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,yaml";
const wrongFormat = (format: string): string =>
  `error: unable to match a printer suitable for the output format "${format}", allowed formats are: ${formats}\n`;

test.each([
  ["create ns a -o y --validate=z", wrongFormat("y")],
  ["run --image= -o x", wrongFormat("x")],
  ["certificate approve -o x", wrongFormat("x")],
  ["autoscale bogus a --max=3 -o y", `error: the server doesn't have a resource type "bogus"\n`],
  ["delete --all -o y", "error: at least one resource must be specified to use a selector\n"],
  [
    "delete pod a --cascade=x --dry-run=y",
    'error: invalid cascade value (x). Must be "background", "foreground", or "orphan"\n',
  ],
  ["taint nodes a b=c:Bogus --dry-run=x", 'error: Invalid dry-run value (x). Must be "none", "server", or "client".\n'],
  ["taint bogus x a=b:NoSchedule", `the server doesn't have a resource type "bogus"\n`],
  [
    "taint nodes n a=b:NoSchedule a-",
    "error: can not both modify and remove the following taint(s) in the same command: a=\n",
  ],
  ["cordon nope nope2", 'Error from server (NotFound): nodes "nope" not found\n'],
  [
    "edit cm cm -o name",
    'error: unable to match a printer suitable for the output format "name", allowed formats are: json,yaml\n',
  ],
  ["replace -f x --force --dry-run=client", "error: --dry-run can not be used when --force is set\n"],
  ["replace --raw=x -f y", 'error: --raw must be a valid URL path: parse "x": invalid URI for request\n'],
  ["apply -f x --prune --force", "error: --force cannot be used with --prune\n"],
  ["apply -f x --subresource=status", "error: --subresource can only be specified for --server-side\n"],
  ["create role a --verb=get --resource=nope.apps", `the server doesn't have a resource type "nope" in group "apps"\n`],
  ["create rolebinding a --role=x --serviceaccount=:b", "error: serviceaccount must be <namespace>:<name>\n"],
  ["run a --image=x --env=1A=b --dry-run=client", "error: invalid env: 1A=b\n"],
  ["debug a --image=x --same-node", "error: --same-node may only be used with --copy-to.\n"],
  [
    "rollout undo cm cm",
    'error: error retrieving rollbacker for "ConfigMap", no visitor method exists for { ConfigMap}\n',
  ],
])("%s", (line, stderr) => {
  expect(cli.kubectl(words(line)).stderr).toBe(stderr);
});

test("a name that is empty is refused here, or shown as unknown", () => {
  expect(cli.kubectl(["create", "cm", "", "--dry-run=client"]).stderr).toBe("error: name must be specified\n");
  expect(cli.kubectl(["create", "deploy", "", "--image=x", "--dry-run=client"]).stdout).toBe(
    "deployment.apps/<unknown> created (dry run)\n",
  );
});

test("apply has applied before it finds that nothing can be printed in the format", () => {
  const file = cli.file("late.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: late}\n");
  expect(cli.kubectl(["apply", "-f", file, "-o", "wide"]).stderr).toBe(wrongFormat("wide"));
  expect(cli.kubectl(["get", "cm", "late", "-o", "name"]).stdout).toBe("configmap/late\n");
});

test("an edited file that names no known kind is shown again, and given up when it stays", () => {
  const { stderr } = cli.kubectl(["edit", "cm", "cm"], {
    env: { EDITOR: "sed -i s/ConfigMap/Bogus/", HOME: cli.home },
  });
  expect(stderr.replace(/kubectl-edit-\d+/, "FILE")).toMatch(
    /^A copy of your changes has been stored to ".*FILE\.yaml"\nerror: Edit cancelled, no valid changes were saved\.\n$/,
  );
});

test("diff --prune shows what apply --prune would delete", () => {
  const kept = cli.file("kept.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept, labels: {set: one}}\n");
  const gone = cli.file("gone.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: gone, labels: {set: one}}\n");
  cli.kubectl(["apply", "-f", kept, "-f", gone]);
  const { stdout, status } = cli.kubectl(
    words(`diff -f ${kept} --prune -l set=one --prune-allowlist=core/v1/ConfigMap`),
  );
  expect(status).toBe(1);
  expect(stdout).toContain("/v1.ConfigMap.default.gone\n");
  expect(stdout).toContain("-  name: gone\n");
  expect(stdout).not.toContain("kept");
});

test("a server that is not there: what that means for a manifest, and for what would be created", () => {
  const config = cli.file(
    "down.config",
    'apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\ncurrent-context: c\nusers: [{name: u, user: {token: t}}]\n',
  );
  const env = { KUBECONFIG: config, DRYKUBE_ALLOW_REAL_CLUSTER: "1" };
  const file = cli.file("cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
  const reason = "dial tcp 127.0.0.1:1: connect: connection refused";
  expect(cli.kubectl(["create", "quota", "q"], { env }).stderr).toBe(
    `error: failed to create quota: Post "https://127.0.0.1:1/api/v1/namespaces/default/resourcequotas?fieldManager=kubectl-create&fieldValidation=Strict": ${reason}\n`,
  );
  expect(cli.kubectl(["apply", "-f", file], { env }).stderr).toBe(
    `error: error validating "${file}": error validating data: failed to download openapi: Get "https://127.0.0.1:1/openapi/v2?timeout=32s": ${reason}; if you choose to ignore these errors, turn validation off with --validate=false\n`,
  );
});
