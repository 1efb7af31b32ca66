import { expect, test } from "vitest";
import { flag } from "../../../../src/cli/flags/flag.ts";
import { FlagError, flagTable, scanLine } from "../../../../src/cli/flags/scan.ts";

const table = flagTable([
  flag.string("namespace", "", { short: "n" }),
  flag.bool("stdin", "", { short: "i" }),
  flag.bool("tty", "", { short: "t" }),
  flag.bool("no-headers", ""),
  flag.int32("replicas", ""),
  flag.duration("timeout", ""),
  flag.string("dry-run", "", { noOptDefault: "unchanged" }),
  flag.string("output", "", { short: "o" }),
  flag.bool("watch", "", { short: "w" }),
]);

const flagsOf = (...argv: string[]): string[] => scanLine(table, argv).flags.map((f) => `${f.spec.name}=${f.text}`);

test.each([
  [["--namespace=a"], ["namespace=a"]],
  [["--namespace", "a"], ["namespace=a"]],
  [["-n", "a"], ["namespace=a"]],
  [["-na"], ["namespace=a"]],
  [["-n=a"], ["namespace=a"]],
  [["-n="], ["namespace=="]],
  [["-it"], ["stdin=true", "tty=true"]],
  [["-iton"], ["stdin=true", "tty=true", "output=n"]],
  [["--stdin=false"], ["stdin=false"]],
  [["--dry-run"], ["dry-run=unchanged"]],
  [["--dry-run=client"], ["dry-run=client"]],
  [["--no_headers"], ["no-headers=true"]],
  [["--namespace", "--stdin"], ["namespace=--stdin"]],
])("%j means %j", (argv, expected) => {
  expect(flagsOf(...argv)).toEqual(expected);
});

test("flags may stand among arguments, and not behind --", () => {
  const line = scanLine(table, ["web", "-i", "x", "--", "ls", "-l"]);
  expect(line.args).toEqual(["web", "x", "ls", "-l"]);
  expect(line.argsLenAtDash).toBe(2);
  expect(scanLine(table, ["-"]).args).toEqual(["-"]);
});

// As kubectl 1.33.1 words them.
test.each([
  [["--foo"], "unknown flag: --foo"],
  [["-z"], "unknown shorthand flag: 'z' in -z"],
  [["-itz"], "unknown shorthand flag: 'z' in -z"],
  [["--namespace"], "flag needs an argument: --namespace"],
  [["-o"], "flag needs an argument: 'o' in -o"],
  [["---x"], "bad flag syntax: ---x"],
  [["--=x"], "bad flag syntax: --=x"],
  [["--replicas=abc"], `invalid argument "abc" for "--replicas" flag: strconv.ParseInt: parsing "abc": invalid syntax`],
  [
    ["--replicas=99999999999"],
    `invalid argument "99999999999" for "--replicas" flag: strconv.ParseInt: parsing "99999999999": value out of range`,
  ],
  [["--timeout=abc"], `invalid argument "abc" for "--timeout" flag: time: invalid duration "abc"`],
  [["--timeout=5"], `invalid argument "5" for "--timeout" flag: time: missing unit in duration "5"`],
  [
    ["--watch=maybe"],
    `invalid argument "maybe" for "-w, --watch" flag: strconv.ParseBool: parsing "maybe": invalid syntax`,
  ],
])("%j is refused: %s", (argv, message) => {
  expect(() => scanLine(table, argv)).toThrow(new FlagError(message));
});
