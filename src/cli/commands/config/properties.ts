import type { JsonObject } from "../../../machinery/object.ts";
import { corruptBase64At } from "../../../machinery/schema/base64.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { parseGoBool } from "../../flags/values.ts";
import { describeCommand } from "../../help/command-text.ts";
import type { Session } from "../../session.ts";
import { type ConfigEdit, openConfig, SECTIONS, type Section } from "./config-edit.ts";
import { exactArgs } from "./contexts.ts";

type FieldKind = "text" | "bool" | "bytes";

const FIELDS: Readonly<Record<Section, Readonly<Record<string, FieldKind>>>> = {
  clusters: {
    server: "text",
    "tls-server-name": "text",
    "insecure-skip-tls-verify": "bool",
    "certificate-authority": "text",
    "certificate-authority-data": "bytes",
    "proxy-url": "text",
    "disable-compression": "bool",
  },
  users: {
    "client-certificate": "text",
    "client-certificate-data": "bytes",
    "client-key": "text",
    "client-key-data": "bytes",
    token: "text",
    tokenFile: "text",
    as: "text",
    "as-uid": "text",
    username: "text",
    password: "text",
  },
  contexts: { cluster: "text", user: "text", namespace: "text" },
};
const REQUIRED: Readonly<Record<Section, JsonObject>> = {
  clusters: { server: "" },
  users: {},
  contexts: { cluster: "", user: "" },
};

/** Where a dotted property name leads. */
type Target =
  | { readonly kind: "current-context" }
  | { readonly kind: "colors" }
  | { readonly kind: "section"; readonly section: Section }
  | { readonly kind: "entry"; readonly section: Section; readonly name: string; readonly field: string | undefined };

/** Reads a property name; names of entries may have dots, so the field is what comes last. Mirrors config.newNavigationSteps. */
function parseTarget(property: string): Target {
  if (property === "current-context") return { kind: "current-context" };
  if (property === "preferences.colors") return { kind: "colors" };
  const [first = "", ...rest] = property.split(".");
  if (!Object.hasOwn(SECTIONS, first)) throw new Error(`unable to parse ${property} after [] at api.Config`);
  const section = first as Section;
  if (rest.length === 0) return { kind: "section", section };
  const field = rest.at(-1)!;
  return rest.length > 1 && Object.hasOwn(FIELDS[section], field)
    ? { kind: "entry", section, name: rest.slice(0, -1).join("."), field }
    : { kind: "entry", section, name: rest.join("."), field: undefined };
}

function convert(kind: FieldKind, text: string, rawBytes: boolean): unknown {
  if (kind === "bool") return parseGoBool(text);
  if (kind === "text") return text;
  if (rawBytes) return Buffer.from(text).toString("base64");
  const bad = corruptBase64At(text);
  if (bad !== undefined) throw new Error(`error decoding input value: illegal base64 data at input byte ${bad}`);
  return text;
}

function setEntryField(edit: ConfigEdit, target: Target & { kind: "entry" }, text: string, rawBytes: boolean): void {
  const { section, name, field = "" } = target;
  const value = convert(FIELDS[section][field]!, text, rawBytes);
  edit.put(section, name, { ...REQUIRED[section], ...edit.entry(section, name)?.value, [field]: value });
}

function setProperty(edit: ConfigEdit, property: string, text: string, rawBytes: boolean): void {
  const target = parseTarget(property);
  if (target.kind === "current-context") edit.setField("current-context", text);
  else if (target.kind === "colors")
    edit.setField("preferences", { ...edit.config.preferences, colors: parseGoBool(text) });
  else if (target.kind === "entry" && target.field !== undefined) setEntryField(edit, target, text, rawBytes);
  else if (/\.exec\./.test(property)) throw new Error(`unable to parse one or more field values of ${property}`);
  else throw new Error(`can't set a map to a value: ${property}`);
}

function unsetProperty(edit: ConfigEdit, property: string): void {
  const target = parseTarget(property);
  if (target.kind === "current-context") edit.setField("current-context", "");
  else if (target.kind === "colors") edit.setField("preferences", {});
  else if (target.kind === "section") edit.clear(target.section);
  else if (target.field === undefined) edit.remove(target.section, target.name);
  else {
    const entry = edit.entry(target.section, target.name);
    if (entry === undefined) return;
    const { [target.field]: _, ...left } = entry.value;
    edit.put(target.section, target.name, { ...REQUIRED[target.section], ...left });
  }
}

async function change(
  session: Session,
  property: string,
  how: (edit: ConfigEdit) => void,
  done: string,
): Promise<void> {
  const edit = await openConfig(session);
  how(edit);
  edit.save();
  session.streams.stdout.write(`Property ${JSON.stringify(property)} ${done}.\n`);
}

/** `kubectl config set`. */
export const setValue: CommandDefinition<{ property: string; value: string; rawBytes: boolean }> = {
  define: (c) => {
    describeCommand(c, {
      usage: "PROPERTY_NAME PROPERTY_VALUE",
      long: "Set one value in a kubeconfig file. PROPERTY_NAME is a dotted path such as clusters.NAME.server; values of binary fields are base64.",
      examples: "kubectl config set clusters.my-cluster.server https://1.2.3.4",
    });
    declareFlags(
      c,
      flag.bool("set-raw-bytes", "PROPERTY_VALUE of a binary field is plain text.", { noOptDefault: "true" }),
    );
  },
  complete: (_session, flags, args) => {
    exactArgs(args, 2);
    return { property: args[0]!, value: args[1]!, rawBytes: flags["setRawBytes"] };
  },
  validate: (o) => {
    if (o.value === "") throw new Error("you cannot use set to unset a property");
    if (o.property === "") throw new Error("you must specify a property");
  },
  run: (session, { property, value, rawBytes }) =>
    change(session, property, (edit) => setProperty(edit, property, value, rawBytes), "set"),
};

/** `kubectl config unset`. */
export const unsetValue: CommandDefinition<string> = {
  define: (c) =>
    describeCommand(c, {
      usage: "PROPERTY_NAME",
      long: "Unset one value in a kubeconfig file. PROPERTY_NAME is a dotted path such as clusters.NAME.server.",
      examples: "# No current context\nkubectl config unset current-context",
    }),
  complete: (_session, _flags, args) => {
    exactArgs(args, 1);
    return args[0]!;
  },
  run: (session, property) => change(session, property, (edit) => unsetProperty(edit, property), "unset"),
};
