import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CommandLine, commandLine } from "../support/command-line.ts";

let cli: CommandLine;
beforeAll(() => {
  cli = commandLine();
});
afterAll(() => cli.remove());

const configMap = (name: string, data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata:\n  a: ${data}\n`;
const DEEP = 100_000;
const deepJson = (open: string, close: string): string =>
  `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"deep"},"data":${open.repeat(DEEP)}1${close.repeat(DEEP)}}`;

/** What creating from a file says, the same for standard input. */
function create(name: string, content: string | Uint8Array) {
  const { status, stdout, stderr } = cli.kubectl(["create", "-f", cli.file(name, content)]);
  return { status, text: `${stdout}${stderr}`.replaceAll(cli.home, "~") };
}

describe("manifests that are too much", () => {
  const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
  for (const [i, name] of [..."bcdefghi"].entries())
    bomb.push(`${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(", ")}]`);

  test.each([
    ["aliases of aliases", "bomb.yaml", bomb.join("\n"), /yaml: document contains excessive aliasing\n$/],
    [
      "deep lists in YAML",
      "deep.yaml",
      configMap("deep", "[".repeat(DEEP)),
      /yaml: line 5: exceeded max depth of \d+\n$/,
    ],
    ["deep dashes", "dashes.yaml", `${"- ".repeat(DEEP)}x\n`, /yaml: exceeded max depth of \d+\n$/],
    ["deep lists in JSON", "deep-lists.json", deepJson("[", "]"), /exceeded max depth\n$/],
    ["deep objects in JSON", "deep-objects.json", deepJson('{"a":', "}"), /exceeded max depth\n$/],
    ["NUL bytes", "nul.yaml", configMap("nul", '"x\0y"'), /yaml: control characters are not allowed\n$/],
    [
      "a program",
      "program.yaml",
      Buffer.from("7f454c46020101000000", "hex"),
      /yaml: control characters are not allowed\n$/,
    ],
    [
      "eleven megabytes",
      "large.yaml",
      configMap("large", "x".repeat(11_000_000)),
      /^Error from server \(RequestEntityTooLarge\): error when creating "~\/large.yaml": Request entity too large: limit is 3145728\n$/,
    ],
    [
      "two megabytes",
      "half.yaml",
      configMap("half", "x".repeat(2_000_000)),
      /^The ConfigMap "half" is invalid: : Too long: may not be more than 1048576 bytes\n$/,
    ],
  ])("%s", (_what, name, content, text) => {
    const answer = create(name, content);
    expect(answer.text).toMatch(text);
    expect(answer.status).toBe(1);
  });

  test("a hundred thousand lines are taken", () => {
    const lines = Array.from({ length: 50_000 }, (_, i) => `  key-${i}: v`);
    expect(create("lines.yaml", `${configMap("lines", "b")}${lines.join("\n")}\n`)).toEqual({
      status: 0,
      text: "configmap/lines created\n",
    });
  });
});

describe("manifests of another kind of text", () => {
  test.each([
    [
      "a byte order mark and CRLF",
      "\uFEFFapiVersion: v1\r\nkind: ConfigMap\r\nmetadata:\r\n  name: crlf\r\ndata:\r\n  a: b\r\n",
      "crlf",
    ],
    ["separators around it", `---\n---\n${configMap("separated", "b")}---\n`, "separated"],
  ])("%s", (_what, content, name) => {
    expect(create(`${name}.yaml`, content)).toEqual({ status: 0, text: `configmap/${name} created\n` });
    expect(cli.kubectl(["get", "configmap", name, "-o", "jsonpath={.data.a}"]).stdout).toBe("b");
  });

  test.each([
    ["nothing", ""],
    ["separators alone", "---\n---\n"],
    ["a comment", "# nothing\n"],
  ])("%s", (_what, content) => {
    expect(create("nothing.yaml", content)).toEqual({ status: 1, text: "error: no objects passed to create\n" });
  });
});

describe("names that JavaScript knows", () => {
  const names = ["__proto__", "constructor", "toString", "valueOf", "hasOwnProperty"];

  test("are data like any other", () => {
    const data = names.map((name) => `--from-literal=${name}=${name}!`);
    expect(cli.kubectl(["create", "configmap", "names", ...data]).status).toBe(0);
    const paths = names.map((name) => `{.data.${name}}`).join("");
    const get = (output: string) => cli.kubectl(["get", "configmap", "names", "-o", output]).stdout;
    expect(get(`jsonpath=${paths}`)).toBe(names.map((name) => `${name}!`).join(""));
    expect(get("jsonpath={.__proto__}{.constructor.name}{.metadata.valueOf}")).toBe("");
    expect(get("go-template={{.data.constructor}} {{.constructor}}")).toBe("constructor! <no value>");
    expect(get("custom-columns=A:.__proto__,B:.data.__proto__").split(/\s+/).slice(2, 4)).toEqual([
      "<none>",
      "__proto__!",
    ]);
  });

  test("are labels like any other", () => {
    for (const name of names.slice(1)) {
      expect(cli.kubectl(["label", "configmap", "names", `${name}=x`]).stdout).toBe("configmap/names labeled\n");
      expect(cli.kubectl(["get", "configmap", "-l", `${name}=x`, "-o", "name"]).stdout).toBe("configmap/names\n");
      expect(cli.kubectl(["label", "configmap", "names", `${name}-`]).stdout).toBe("configmap/names unlabeled\n");
    }
  });

  test("pollute nothing by way of a patch", () => {
    const patch = '{"data":{"__proto__":"n"},"__proto__":{"polluted":"yes"}}';
    for (const type of ["merge", "strategic"])
      expect(cli.kubectl(["patch", "configmap", "names", "--type", type, "-p", patch]).status).toBe(0);
    const { stdout } = cli.kubectl([
      "get",
      "configmap",
      "names",
      "-o",
      "jsonpath={.data.__proto__}{.polluted}{.data.polluted}",
    ]);
    expect(stdout).toBe("n");
  });

  test.each([
    ["get __proto__", `error: the server doesn't have a resource type "__proto__"\n`],
    [
      "--context constructor get pods",
      "Error in configuration: context was not found for specified context: constructor\n",
    ],
    ["--user __proto__ get pods", 'error: auth info "__proto__" does not exist\n'],
    ["explain pods.constructor", 'error: field "constructor" does not exist\n'],
  ])("%s", (line, stderr) => {
    expect(cli.kubectl(line.split(" "))).toMatchObject({ status: 1, stderr });
  });
});

describe("numbers and patterns", () => {
  test.each([
    ["99999999999999999999999", "number 1e+23"],
    ["9223372036854775808", "number 9223372036854775808"],
    ["30.5", "number 30.5"],
  ])("%s is no int64", (grace, shown) => {
    const spec = `{"terminationGracePeriodSeconds":${grace},"containers":[{"name":"a","image":"a"}]}`;
    const pod = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"number"},"spec":${spec}}`;
    const { status, text } = create("number.json", pod);
    expect(status).toBe(1);
    expect(text).toContain(`cannot unmarshal ${shown} into Go struct field`);
  });

  // Each of these would keep a backtracking matcher busy for ever, or overflow a stack.
  test.each([
    ["a selector", ["get", "pods", "-l", `a in (${"a,".repeat(20_000)}`]],
    ["an expression of jsonpath", ["get", "pods", "-o", `jsonpath={.items[?(@.a=~"(a+)+$")]}`]],
    ["a path to sort by", ["get", "pods", `--sort-by=${".a".repeat(20_000)}[`]],
    ["a template", ["get", "pods", "-o", `go-template=${"{{range .items}}".repeat(5000)}`]],
    ["columns", ["get", "pods", "-o", `custom-columns=${"A:.a,".repeat(20_000)}`]],
    ["a label", ["label", "pods", "x", `${"a".repeat(50_000)}!=b`]],
    ["a pattern of files", ["create", "-f", `${"*a".repeat(100)}x`]],
  ])("%s that is too much ends", (_what, args) => {
    cli.file("a".repeat(200), "");
    const { signal, stderr } = cli.kubectl(args);
    expect(signal).toBeNull();
    expect(stderr).not.toMatch(/^ +at |internal error/m);
  });
});

describe("files that are none", () => {
  test("links in circles", () => {
    cli.file("circle/a/x.yaml", configMap("circle", "b"));
    fs.symlinkSync("..", path.join(cli.home, "circle/a/up"));
    fs.symlinkSync("self", path.join(cli.home, "circle/self"));
    expect(cli.kubectl(["apply", "-R", "-f", "circle"])).toMatchObject({
      status: 0,
      stdout: "configmap/circle created\n",
    });
    expect(cli.kubectl(["apply", "-f", "circle/self"])).toMatchObject({
      status: 1,
      stderr: 'error: the path "circle/self" cannot be accessed: stat circle/self: too many levels of symbolic links\n',
    });
  });

  test("a pipe with a name", async () => {
    const pipe = path.join(cli.home, "pipe");
    execFileSync("mkfifo", [pipe]);
    const child = cli.start(["create", "-f", pipe]);
    let stdout = "";
    child.stdout!.on("data", (chunk) => {
      stdout += chunk;
    });
    const closed = new Promise((resolve) => child.on("close", resolve));
    await fs.promises.writeFile(pipe, configMap("piped", "b"));
    expect(await closed).toBe(0);
    expect(stdout).toBe("configmap/piped created\n");
  });

  test.skipIf(process.getuid?.() === 0)("one that may not be read", () => {
    const file = cli.file("closed.yaml", "");
    fs.chmodSync(file, 0);
    expect(cli.kubectl(["create", "-f", file]).stderr).toBe(`error: open ${file}: permission denied\n`);
  });
});
