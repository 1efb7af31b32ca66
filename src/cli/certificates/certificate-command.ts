import { deepCopy, type JsonObject } from "../../machinery/object.ts";
import { isConflict } from "../../machinery/status-error.ts";
import { formatTime } from "../../machinery/time.ts";
import type { CommandDefinition } from "../define-command.ts";
import { filenameFlags } from "../flags/common-flags.ts";
import { declareFlags, flag } from "../flags/flag.ts";
import { describeCommand } from "../help/command-text.ts";
import { operationPrinter } from "../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../printers/print-flags.ts";
import { fetchInfo, findResources } from "../resources/builder.ts";
import { type Info, pathOf } from "../resources/info.ts";
import type { Session } from "../session.ts";

/** Approval or denial. */
export interface Decision {
  readonly word: "approve" | "deny";
  readonly done: "approved" | "denied";
  readonly condition: "Approved" | "Denied";
  readonly opposite: "Approved" | "Denied";
  readonly reason: string;
  readonly long: string;
}

interface CertificateOptions {
  readonly names: readonly string[];
  readonly flags: Readonly<Record<string, any>>;
  readonly force: boolean;
  readonly print: PrintOptions;
}

const MAX_CONFLICTS = 10;

/** The request with the condition, or undefined where it has it already. */
function decided(session: Session, d: Decision, csr: JsonObject, force: boolean): JsonObject | undefined {
  const conditions: readonly JsonObject[] = csr["status"]?.conditions ?? [];
  if (conditions.some((c) => c["type"] === d.opposite))
    throw new Error(`certificate signing request ${JSON.stringify(csr["metadata"].name)} is already ${d.opposite}`);
  const has = conditions.some((c) => c["type"] === d.condition);
  if (has) return force ? csr : undefined;
  const condition = {
    type: d.condition,
    status: "True",
    reason: d.reason,
    message: `This CSR was ${d.done} by kubectl certificate ${d.word}.`,
    lastUpdateTime: formatTime(session.clusterNow()),
  };
  const changed = deepCopy(csr);
  changed["status"] = { ...changed["status"], conditions: [...conditions, condition] };
  return changed;
}

async function decide(session: Session, d: Decision, o: CertificateOptions, info: Info): Promise<void> {
  const client = await session.client();
  for (let attempt = 0; ; attempt++) {
    const changed = decided(session, d, info.object!, o.force);
    if (changed === undefined) return;
    try {
      await client.update<JsonObject>(pathOf(info), changed, { subresource: "approval" });
      return;
    } catch (error) {
      if (!isConflict(error) || attempt >= MAX_CONFLICTS) throw error;
      info.object = await fetchInfo(session, info);
    }
  }
}

async function run(session: Session, d: Decision, o: CertificateOptions): Promise<void> {
  const print = await operationPrinter(session, o.print, d.done);
  const result = await findResources(session, {
    args: o.names.map((n) => (n.includes("/") ? n : `certificatesigningrequests/${n}`)),
    filenames: o.flags["filename"],
    kustomize: o.flags["kustomize"],
    recursive: o.flags["recursive"],
    namespace: "",
    enforceNamespace: false,
    continueOnError: true,
    flatten: true,
    latest: true,
  });
  let found = 0;
  await result.visit(async (info) => {
    await decide(session, d, o, info);
    found++;
    session.streams.stdout.write(print(info.object!));
  });
  if (found === 0) session.streams.stdout.write("No resources found\n");
}

/** `kubectl certificate approve` and `deny`. Mirrors kubectl/pkg/cmd/certificates. */
export function certificateCommand(d: Decision): CommandDefinition<CertificateOptions> {
  return {
    define: (c) => {
      describeCommand(c, {
        usage: "(-f FILENAME | NAME)",
        long: d.long,
        examples: `\n# A request\nkubectl certificate ${d.word} csr-sqgzp`,
      });
      declareFlags(
        c,
        ...printFlags(),
        ...filenameFlags("that name the requests"),
        flag.bool("force", `Send it although it is ${d.done} already.`),
      );
    },
    complete: async (session, flags, args) => {
      const print = printOptionsOf(flags);
      await operationPrinter(session, print, "");
      return { names: args, flags, force: flags["force"], print };
    },
    validate: ({ names, flags }) => {
      if (names.length === 0 && flags["filename"].length === 0 && flags["kustomize"] === "")
        throw new Error("one or more CSRs must be specified as <name> or -f <filename>");
    },
    run: (session, o) => run(session, d, o),
  };
}
