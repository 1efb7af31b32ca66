import path from "node:path";
import type { JsonObject } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { HelpError, UsageError } from "../../exit.ts";
import { changed, declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import type { Session } from "../../session.ts";
import { embeddable, getNames } from "./clusters.ts";
import { openConfig } from "./config-edit.ts";

export const getUsers: CommandDefinition<undefined> = getNames("users", "users");

/** `kubectl config delete-user`. */
export const deleteUser: CommandDefinition<string> = {
  define: (c) =>
    describeCommand(c, {
      usage: "NAME",
      long: "Delete a user from the kubeconfig.",
      examples: "kubectl config delete-user minikube",
    }),
  complete: (_session, _flags, args) => {
    if (args.length !== 1) throw new UsageError("user to delete is required", "config delete-user");
    return args[0]!;
  },
  run: async (session, name) => {
    const edit = await openConfig(session);
    if (edit.entry("users", name) === undefined) throw new Error(`cannot delete user ${name}, not in ${edit.file}`);
    edit.remove("users", name);
    edit.save();
    session.streams.stdout.write(`deleted user ${name} from ${edit.file}\n`);
  },
};

interface SetCredentials {
  readonly name: string;
  readonly embed: boolean;
  /** The flags that were given, by name. */
  readonly given: Readonly<Record<string, any>>;
}

const FILES = [
  ["client-certificate", "client-certificate"],
  ["client-key", "client-key"],
] as const;

function withFiles(session: Session, user: JsonObject, o: SetCredentials): void {
  for (const [field, what] of FILES) {
    const file = o.given[field];
    if (file === undefined) continue;
    delete user[field];
    delete user[`${field}-data`];
    if (file === "") continue;
    if (o.embed) user[`${field}-data`] = embeddable(session, file, what);
    else user[field] = path.resolve(session.cwd, file);
  }
}

/** KEY=VALUE pairs that change a list; "KEY-" takes one away. */
function pairs(specs: readonly string[], current: Readonly<Record<string, string>>): Record<string, string> {
  const result = { ...current };
  for (const spec of specs) {
    const equals = spec.indexOf("=");
    if (equals > 0)
      Object.defineProperty(result, spec.slice(0, equals), {
        value: spec.slice(equals + 1),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else if (spec.endsWith("-")) delete result[spec.slice(0, -1)];
    else throw new Error(`Error: unrecognized option: ${spec}`);
  }
  return result;
}

function withExec(user: JsonObject, given: SetCredentials["given"]): void {
  if (given["exec-command"] === undefined && user["exec"] === undefined) return;
  const exec: JsonObject = { args: null, env: null, provideClusterInfo: false, ...user["exec"] };
  if (given["exec-command"] !== undefined) exec["command"] = given["exec-command"];
  if (given["exec-api-version"] !== undefined) exec["apiVersion"] = given["exec-api-version"];
  if (given["exec-arg"] !== undefined) exec["args"] = given["exec-arg"];
  if (given["exec-interactive-mode"] !== undefined) exec["interactiveMode"] = given["exec-interactive-mode"];
  if (given["exec-provide-cluster-info"] !== undefined) exec["provideClusterInfo"] = given["exec-provide-cluster-info"];
  if (given["exec-env"] !== undefined) {
    const before = Object.fromEntries(((exec["env"] ?? []) as JsonObject[]).map((e) => [e["name"], e["value"]]));
    exec["env"] = Object.entries(pairs(given["exec-env"], before)).map(([name, value]) => ({ name, value }));
  }
  user["exec"] = exec;
}

function withAuthProvider(user: JsonObject, given: SetCredentials["given"]): void {
  if (given["auth-provider"] !== undefined)
    user["auth-provider"] = { ...user["auth-provider"], name: given["auth-provider"] };
  if (given["auth-provider-arg"] !== undefined && user["auth-provider"] !== undefined)
    user["auth-provider"] = {
      ...user["auth-provider"],
      config: pairs(given["auth-provider-arg"], user["auth-provider"].config ?? {}),
    };
}

function modified(session: Session, before: JsonObject, o: SetCredentials): JsonObject {
  const user: JsonObject = { ...before };
  const { given } = o;
  withFiles(session, user, o);
  if (given["token"] !== undefined) {
    user["token"] = given["token"];
    delete user["username"];
    delete user["password"];
  }
  if (given["username"] !== undefined || given["password"] !== undefined) {
    if (given["username"] !== undefined) user["username"] = given["username"];
    if (given["password"] !== undefined) user["password"] = given["password"];
    delete user["token"];
  }
  withAuthProvider(user, given);
  withExec(user, given);
  return user;
}

/** `kubectl config set-credentials`. Mirrors config/set_credentials.go. */
export const setCredentials: CommandDefinition<SetCredentials> = {
  define: (c) => {
    describeCommand(c, {
      usage:
        "NAME [--client-certificate=path/to/certfile] [--client-key=path/to/keyfile] [--token=bearer_token] [--username=basic_user] [--password=basic_password] [--auth-provider=provider_name] [--auth-provider-arg=key=value] [--exec-command=exec_command] [--exec-api-version=exec_api_version] [--exec-arg=arg] [--exec-env=key=value]",
      long: `Set a user entry in kubeconfig. Fields of an entry that exists are kept where nothing new is given.

 A bearer token and basic authentication exclude each other.`,
      examples: `
# A client key
kubectl config set-credentials cluster-admin --client-key=~/.kube/admin.key

# Embedded certificate
kubectl config set-credentials cluster-admin --client-certificate=~/.kube/admin.crt --embed-certs=true`,
    });
    declareFlags(
      c,
      flag.string("auth-provider", "Auth provider of the user."),
      flag.strings("auth-provider-arg", "KEY=VALUE argument of the auth provider."),
      flag.string("client-certificate", "File with the client certificate."),
      flag.string("client-key", "File with the client key."),
      flag.bool("embed-certs", "Put certificate and key into the kubeconfig."),
      flag.string("exec-api-version", "API version of the credential plugin."),
      flag.strings("exec-arg", "Argument of the credential plugin."),
      flag.string("exec-command", "Command of the credential plugin."),
      flag.strings("exec-env", "KEY=VALUE variable of the credential plugin."),
      flag.string("exec-interactive-mode", "How the credential plugin may use standard input."),
      flag.bool("exec-provide-cluster-info", "Tell the credential plugin about the cluster."),
      flag.string("password", "Password of the user."),
      flag.string("token", "Bearer token of the user."),
      flag.string("username", "Username of the user."),
    );
  },
  complete: (_session, flags, args) => {
    if (args.length !== 1) throw new HelpError(`unexpected args: [${args.join(" ")}]`);
    const names = [
      "auth-provider",
      "auth-provider-arg",
      "client-certificate",
      "client-key",
      "exec-api-version",
      "exec-arg",
      "exec-command",
      "exec-env",
      "exec-interactive-mode",
      "exec-provide-cluster-info",
      "password",
      "token",
      "username",
    ];
    const key = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const given = Object.fromEntries(names.filter((n) => changed(flags, n)).map((n) => [n, flags[key(n)]]));
    for (const variable of (given["exec-env"] ?? []) as readonly string[])
      if (!variable.endsWith("-") && variable.split("=").length !== 2)
        throw new HelpError(`invalid exec-env format: ${variable}`);
    return { name: args[0]!, embed: flags["embedCerts"], given };
  },
  validate: ({ name, given, embed }) => {
    if (name === "") throw new Error("you must specify a non-empty user name");
    const methods: string[] = [];
    if (given["token"]) methods.push("--token");
    if (given["username"] || given["password"]) methods.push("--username/--password");
    if (methods.length > 1)
      throw new Error(`you cannot specify more than one authentication method at the same time: ${methods.join(", ")}`);
    if (embed && !given["client-certificate"] && !given["client-key"])
      throw new Error("you must specify a --client-certificate or --client-key to embed");
  },
  run: async (session, o) => {
    const edit = await openConfig(session);
    edit.put("users", o.name, modified(session, edit.entry("users", o.name)?.value ?? {}, o));
    edit.save();
    session.streams.stdout.write(`User ${JSON.stringify(o.name)} set.\n`);
  },
};
