import { deepCopy, type JsonObject } from "../../../machinery/object.ts";
import { type LabelSelector, parseToLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import { type SetOptions, setFlags, setOptions } from "../../change/template-update.ts";
import { twoWayPatch } from "../../change/two-way-patch.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { recordFlag } from "../../flags/record.ts";
import { dryRunSuffix } from "../../flags/strategies.ts";
import { describeCommand } from "../../help/command-text.ts";
import { operationPrinter } from "../../printers/format.ts";
import { findResources } from "../../resources/builder.ts";
import { type Info, pathOf } from "../../resources/info.ts";
import { typedObject } from "../../resources/typed.ts";
import type { Session } from "../../session.ts";

interface SetSelectorOptions extends SetOptions {
  readonly selector: string;
  readonly parsed: LabelSelector;
  readonly resourceVersion: string;
}

function withSelector(info: Info, o: SetSelectorOptions): JsonObject {
  if (info.resource.kind !== "Service" || info.resource.group !== "")
    throw new Error("setting a selector is only supported for Services");
  const expressions = o.parsed.matchExpressions ?? [];
  if (expressions.length > 0) {
    const shown = expressions.map((e) => `{${e.key} ${e.operator} [${(e.values ?? []).join(" ")}]}`).join(" ");
    throw new Error(`match expression [${shown}] not supported on this object`);
  }
  const after = deepCopy(info.object!);
  after["spec"] = { ...after["spec"], selector: { ...o.parsed.matchLabels } };
  if (o.resourceVersion !== "") after["metadata"].resourceVersion = o.resourceVersion;
  return after;
}

async function setOne(session: Session, o: SetSelectorOptions, info: Info): Promise<JsonObject> {
  const after = await typedObject(session, o.record(withSelector(info, o)));
  if (o.local || o.dryRun === "client") return after;
  const before = await typedObject(session, info.object!);
  // With --resource-version, the patch names it, so that the server compares.
  const { resourceVersion: _, ...metadata } = before["metadata"];
  const base = o.resourceVersion === "" ? before : { ...before, metadata };
  const patch = await twoWayPatch(session, info.resource, base, after);
  const client = await session.client();
  const patched = await client.patch<JsonObject>(pathOf(info), info.name, patch.type, patch.body, {
    dryRun: o.dryRun === "server",
    fieldManager: o.fieldManager,
  });
  return typedObject(session, patched);
}

/** `kubectl set selector`. Mirrors kubectl/pkg/cmd/set/set_selector.go. */
export const command: CommandDefinition<SetSelectorOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "(-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version]",
      long: "Replace the selector of a service. Selectors by equality alone can be set.",
      examples: `
# A service that was just printed
kubectl create service clusterip my-svc --clusterip="None" -o yaml --dry-run=client | kubectl set selector --local -f - 'environment=qa' -o yaml`,
    });
    declareFlags(
      c,
      ...setFlags
        .filter((f) => f.name !== "kustomize")
        .map((f) => (f.name === "recursive" ? { ...f, default: "true" } : f)),
      recordFlag,
      flag.string("resource-version", "The resource version it must have now."),
    );
  },
  complete: async (session, flags, args) => {
    const base = await setOptions(session, flags, args.slice(0, -1));
    if (args.length === 0) throw new Error("one selector is required");
    return {
      ...base,
      selector: args.at(-1)!,
      parsed: parseToLabelSelector(args.at(-1)!),
      resourceVersion: flags["resourceVersion"],
    };
  },
  run: async (session, o) => {
    const print = await operationPrinter(session, o.print, `selector updated${dryRunSuffix(o.dryRun)}`);
    const result = await findResources(session, o.build);
    await result.visit(async (info) => session.streams.stdout.write(print(await setOne(session, o, info))));
  },
};
