import { ConnectionError } from "../../../client/connection-error.ts";
import type { ApiResource, RestMapper } from "../../../client/rest-mapper.ts";
import type { JsonObject } from "../../../machinery/object.ts";
import { alignTabs, tableTabs } from "../../../machinery/tabwriter.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { ExitError } from "../../exit.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import type { Session } from "../../session.ts";

/** What is asked about. */
type Question =
  | { readonly kind: "list" }
  | { readonly kind: "url"; readonly verb: string; readonly url: string }
  | {
      readonly kind: "resource";
      readonly verb: string;
      /** Undefined: the server knows no such resource; `word` is asked about as it is. */
      readonly resource: ApiResource | undefined;
      readonly word: string;
      readonly name: string;
    };

interface CanIOptions {
  readonly question: Question;
  readonly namespace: string;
  readonly allNamespaces: boolean;
  readonly quiet: boolean;
  readonly noHeaders: boolean;
  readonly subresource: string;
}

const RESOURCE_VERBS = new Set(
  "get list watch create update patch delete deletecollection use bind impersonate escalate approve sign attest *".split(
    " ",
  ),
);
const URL_VERBS = new Set(["get", "put", "post", "head", "options", "delete", "patch", "*"]);
/** Things that rules are about and that are no resources. */
const VIRTUAL = new Set(["users", "groups"]);

const warn = (session: Session, text: string): void => session.streams.stderr.write(`Warning: ${text}\n\n`);

function lookUp(session: Session, mapper: RestMapper | undefined, word: string): ApiResource | undefined {
  if (word === "*") return undefined;
  const found = mapper?.resourceFor(word.toLowerCase());
  if (found !== undefined || VIRTUAL.has(word)) return found;
  const dot = word.indexOf(".");
  const [resource, group] = dot < 0 ? [word, ""] : [word.slice(0, dot), word.slice(dot + 1)];
  const where = group === "" ? "" : ` in group '${group.toLowerCase()}'`;
  warn(session, `the server doesn't have a resource type '${resource.toLowerCase()}'${where}`);
  return undefined;
}

async function question(session: Session, isList: boolean, args: readonly string[]): Promise<Question> {
  if (isList) {
    if (args.length > 0) throw new Error("list option must be specified with no arguments");
    return { kind: "list" };
  }
  const [verb = "", subject = ""] = args;
  if (args.length !== 2)
    throw new Error(
      `you must specify two arguments: verb resource or verb resource/resourceName.\nSee '${session.program} auth can-i -h' for help and examples.`,
    );
  if (subject.startsWith("/")) return { kind: "url", verb, url: subject };
  const slash = subject.indexOf("/");
  const word = slash < 0 ? subject : subject.slice(0, slash);
  const mapper = await session.mapper(2).catch((error: unknown) => {
    if (error instanceof ConnectionError) return undefined;
    throw error;
  });
  const resource = lookUp(session, mapper, word);
  return { kind: "resource", verb, resource, word, name: slash < 0 ? "" : subject.slice(slash + 1) };
}

function check(session: Session, o: CanIOptions): void {
  const { question: q } = o;
  if (q.kind === "list") {
    if (o.quiet || o.allNamespaces || o.subresource !== "")
      throw new Error("list option can't be specified with neither quiet, all-namespaces nor subresource options");
    return;
  }
  if (q.kind === "url") {
    if (o.subresource !== "") throw new Error("--subresource can not be used with NonResourceURL");
    if (!URL_VERBS.has(q.verb)) warn(session, `verb '${q.verb}' is not a known verb`);
  } else if (!o.allNamespaces) {
    const { resource } = q;
    if (resource !== undefined && !resource.namespaced) {
      const where = resource.group === "" ? "" : ` in group '${resource.group}'`;
      warn(session, `resource '${resource.resource}' is not namespace scoped${where}`);
    }
    if (!RESOURCE_VERBS.has(q.verb)) warn(session, `verb '${q.verb}' is not a known verb`);
  }
  if (o.noHeaders) throw new Error("--no-headers cannot be set without --list specified");
}

function reviewOf(o: CanIOptions): JsonObject {
  const q = o.question;
  if (q.kind === "url") return { nonResourceAttributes: { verb: q.verb, path: q.url } };
  if (q.kind === "list") return {};
  const { group = "", version, resource } = q.resource ?? { resource: q.word };
  return {
    resourceAttributes: {
      ...(o.allNamespaces ? {} : { namespace: o.namespace }),
      verb: q.verb,
      group,
      ...(version === undefined ? {} : { version }),
      resource,
      ...(o.subresource === "" ? {} : { subresource: o.subresource }),
      ...(q.name === "" ? {} : { name: q.name }),
    },
  };
}

async function review(session: Session, kind: string, resource: string, spec: JsonObject): Promise<JsonObject> {
  const client = await session.client();
  const body = { apiVersion: "authorization.k8s.io/v1", kind, metadata: {}, spec };
  const answer = await client.create<JsonObject>({ group: "authorization.k8s.io", version: "v1", resource }, body);
  return answer["status"] ?? {};
}

async function ask(session: Session, o: CanIOptions): Promise<void> {
  const status = await review(session, "SelfSubjectAccessReview", "selfsubjectaccessreviews", reviewOf(o));
  const reasons = [status["reason"], status["evaluationError"]].filter((r) => r);
  const text = status["allowed"] === true ? "yes" : ["no", ...reasons].join(" - ");
  if (!o.quiet) session.streams.stdout.write(`${text}\n`);
  if (status["allowed"] !== true) throw new ExitError("", 1);
}

async function list(session: Session, o: CanIOptions): Promise<void> {
  const { policyRuleCells } = await import("../../../kinds/shared/describe/policy-rules.ts");
  const spec = { namespace: o.namespace };
  const status = await review(session, "SelfSubjectRulesReview", "selfsubjectrulesreviews", spec);
  if (status["incomplete"] === true)
    session.streams.stderr.write(`warning: the list may be incomplete: ${status["evaluationError"] ?? ""}\n`);
  const rules = [...(status["resourceRules"] ?? []), ...(status["nonResourceRules"] ?? [])];
  const header = ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"];
  const lines = [...(o.noHeaders ? [] : [header]), ...policyRuleCells(rules)];
  session.streams.stdout.write(alignTabs(lines.map((cells) => `${cells.join("\t")}\n`).join(""), tableTabs));
}

/** `kubectl auth can-i`. Mirrors kubectl/pkg/cmd/auth/cani.go. */
export const command: CommandDefinition<CanIOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "VERB [TYPE | TYPE/NAME | NONRESOURCEURL]",
      long: 'Check whether an action is allowed.\n\n VERB is a verb of the API: get, list, watch, delete, …; TYPE a resource, NONRESOURCEURL a path that starts with "/".',
      examples: `
# May I make pods in any namespace?
kubectl auth can-i create pods --all-namespaces

# May I do anything in this namespace?
kubectl auth can-i '*' '*'

# May a service account list pods?
kubectl auth can-i list pods --as=system:serviceaccount:dev:foo -n prod

# What may I do here?
kubectl auth can-i --list --namespace=foo`,
    });
    declareFlags(
      c,
      flag.bool("all-namespaces", "In all namespaces.", { short: "A" }),
      flag.bool("list", "List everything that is allowed."),
      flag.bool("no-headers", "With --list: no headers."),
      flag.bool("quiet", "Answer with the exit code alone.", { short: "q" }),
      flag.string("subresource", "A subresource, as log or scale."),
    );
  },
  complete: async (session, flags, args) => {
    const options: CanIOptions = {
      question: await question(session, flags["list"], args),
      namespace: (await session.namespace()).name,
      allNamespaces: flags["allNamespaces"],
      quiet: flags["quiet"],
      noHeaders: flags["noHeaders"],
      subresource: flags["subresource"],
    };
    check(session, options);
    return options;
  },
  run: (session, o) => (o.question.kind === "list" ? list : ask)(session, o),
};
