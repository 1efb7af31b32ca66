import { objectPath } from "../../../client/create-client.ts";
import type { JsonObject } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { failureText } from "../../failure-text.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { nameArgument } from "../../generate/generator.ts";
import { describeCommand } from "../../help/command-text.ts";
import { structuredPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import { typedObject } from "../../resources/typed.ts";
import type { Session } from "../../session.ts";

interface TokenOptions {
  readonly name: string;
  readonly namespace: string;
  readonly audiences: readonly string[];
  readonly durationMs: number;
  readonly boundKind: string;
  readonly boundName: string;
  readonly boundUid: string;
  readonly print: PrintOptions;
}

/** What a token can be bound to, with its API version. */
const BOUND_KINDS: ReadonlyMap<string, string> = new Map([
  ["Node", "v1"],
  ["Pod", "v1"],
  ["Secret", "v1"],
]);

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<TokenOptions> {
  const name = nameArgument("create token", flags, args);
  const print = { ...printOptionsOf(flags), typed: true };
  await structuredPrinter(session, print);
  return {
    name,
    namespace: (await session.namespace()).name,
    audiences: flags["audience"],
    durationMs: flags["duration"],
    boundKind: flags["boundObjectKind"],
    boundName: flags["boundObjectName"],
    boundUid: flags["boundObjectUid"],
    print,
  };
}

function validate(o: TokenOptions): void {
  if (o.name === "") throw new Error("service account name is required");
  if (o.durationMs < 0) throw new Error("--duration must be greater than or equal to 0");
  if (o.durationMs % 1000 !== 0) throw new Error("--duration cannot be expressed in units less than seconds");
  if (o.audiences.includes("")) throw new Error("--audience must not be an empty string");
  if (o.boundKind === "") {
    if (o.boundName !== "") throw new Error("--bound-object-name can only be set if --bound-object-kind is provided");
    if (o.boundUid !== "") throw new Error("--bound-object-uid can only be set if --bound-object-kind is provided");
    return;
  }
  if (!BOUND_KINDS.has(o.boundKind))
    throw new Error(`supported --bound-object-kind values are ${[...BOUND_KINDS.keys()].join(", ")}`);
  if (o.boundName === "") throw new Error("--bound-object-name is required if --bound-object-kind is provided");
}

function requestOf(o: TokenOptions): JsonObject {
  const bound = {
    kind: o.boundKind,
    apiVersion: BOUND_KINDS.get(o.boundKind),
    name: o.boundName,
    ...(o.boundUid === "" ? {} : { uid: o.boundUid }),
  };
  return {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    metadata: {},
    spec: {
      audiences: [...o.audiences],
      ...(o.durationMs > 0 ? { expirationSeconds: o.durationMs / 1000 } : {}),
      ...(o.boundKind === "" ? {} : { boundObjectRef: bound }),
    },
  };
}

async function run(session: Session, o: TokenOptions): Promise<void> {
  const print = await structuredPrinter(session, o.print);
  const path = { group: "", version: "v1", resource: "serviceaccounts", namespace: o.namespace };
  let answer: JsonObject;
  try {
    const client = await session.client();
    answer = await client.create<JsonObject>(path, requestOf(o), { name: o.name, subresource: "token" });
  } catch (error) {
    const where = objectPath(path, o.name, "token");
    throw new Error(`failed to create token: ${await failureText(session, error, "Post", where)}`);
  }
  const token: string = answer["status"]?.token ?? "";
  if (token === "") throw new Error("failed to create token: no token in server response");
  const typed = { kind: "TokenRequest", apiVersion: "authentication.k8s.io/v1", ...answer };
  const { stdout } = session.streams;
  if (print === undefined) stdout.write(stdout.isTTY ? `${token}\n` : token);
  else stdout.write(print(await printable(session, typed)));
}

/** TokenRequest is no stored kind, so that the table of types may lack it; then it is printed as the server sent it. */
async function printable(session: Session, object: JsonObject): Promise<JsonObject> {
  try {
    return await typedObject(session, object);
  } catch {
    return object;
  }
}

/** `kubectl create token`. Mirrors kubectl/pkg/cmd/create/create_token.go. */
export const command: CommandDefinition<TokenOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "SERVICE_ACCOUNT_NAME",
      long: "Request a token of a service account.",
      examples: `
# A token for the API server
kubectl create token myapp

# For another audience, for ten minutes
kubectl create token myapp --audience https://example.com --duration 10m

# Bound to a secret
kubectl create token myapp --bound-object-kind Secret --bound-object-name mysecret`,
    });
    declareFlags(
      c,
      ...printFlags(),
      flag.array("audience", "Audience of the token; may be given several times. The API server's by default."),
      flag.string("bound-object-kind", "Kind of what the token is bound to: Node, Pod or Secret."),
      flag.string("bound-object-name", "Name of what the token is bound to: it ends with it."),
      flag.string("bound-object-uid", "UID of what the token is bound to."),
      flag.duration("duration", "How long the token is to hold; the server may decide otherwise."),
    );
  },
  complete,
  validate,
  run,
};
