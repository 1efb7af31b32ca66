import type { JsonObject } from "../../../machinery/object.ts";
import { StatusError } from "../../../machinery/status-error.ts";
import { alignTabs, tableTabs } from "../../../machinery/tabwriter.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { declareFlags } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { structuredPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import type { Session } from "../../session.ts";

const GROUP = "authentication.k8s.io";

function tableOf(user: JsonObject): string {
  const list = (values: readonly string[]): string => `[${values.join(" ")}]`;
  const rows: [string, string][] = [["ATTRIBUTE", "VALUE"]];
  if (user["username"]) rows.push(["Username", user["username"]]);
  if (user["uid"]) rows.push(["UID", user["uid"]]);
  if (user["groups"]?.length > 0) rows.push(["Groups", list(user["groups"])]);
  for (const key of Object.keys(user["extra"] ?? {}).sort()) rows.push([`Extra: ${key}`, list(user["extra"][key])]);
  return alignTabs(rows.map((cells) => `${cells.join("\t")}\n`).join(""), tableTabs);
}

async function run(session: Session, { print }: { readonly print: PrintOptions }): Promise<void> {
  const structured = print.output === "" ? undefined : await structuredPrinter(session, print);
  const client = await session.client();
  let answer: JsonObject;
  try {
    answer = await client.create<JsonObject>(
      { group: GROUP, version: "v1", resource: "selfsubjectreviews" },
      { apiVersion: `${GROUP}/v1`, kind: "SelfSubjectReview", metadata: {} },
    );
  } catch (error) {
    if (error instanceof StatusError && error.reason === "NotFound")
      throw new Error("the selfsubjectreviews API is not enabled in the cluster");
    throw error;
  }
  if (structured === undefined) return session.streams.stdout.write(tableOf(answer["status"]?.userInfo ?? {}));
  const { typedObject } = await import("../../resources/typed.ts");
  const object = await typedObject(session, { ...answer, apiVersion: `${GROUP}/v1`, kind: "SelfSubjectReview" });
  session.streams.stdout.write(structured(object));
}

/** `kubectl auth whoami`. Mirrors kubectl/pkg/cmd/auth/whoami.go. */
export const command: CommandDefinition<{ readonly print: PrintOptions }> = {
  define: (c) => {
    describeCommand(c, {
      usage: "",
      long: "Who the server takes you for, as impersonation and authentication leave it.",
      examples: `
# A table
kubectl auth whoami

# All of it
kubectl auth whoami -o json`,
    });
    declareFlags(c, ...printFlags());
  },
  complete: (_session, flags) => ({ print: { ...printOptionsOf(flags), typed: true } }),
  run,
};
