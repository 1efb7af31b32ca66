import { collectionPath } from "../../client/create-client.ts";
import type { JsonObject } from "../../machinery/object.ts";
import type { CommandDefinition } from "../define-command.ts";
import { UsageError } from "../exit.ts";
import { failureText } from "../failure-text.ts";
import { dryRunFlag, fieldManagerFlag, saveConfigFlag, validateFlag } from "../flags/common-flags.ts";
import { argsLenAtDash, declareFlags, type FlagSpec } from "../flags/flag.ts";
import { type DryRun, dryRunOf, dryRunSuffix, validationOf } from "../flags/strategies.ts";
import { type CommandText, describeCommand } from "../help/command-text.ts";
import { operationPrinter } from "../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../printers/print-flags.ts";
import { withLastAppliedTyped } from "../resources/last-applied.ts";
import type { ValidationDirective } from "../resources/manifests.ts";
import { typedObject } from "../resources/typed.ts";
import type { Session } from "../session.ts";

/** What one `kubectl create KIND NAME` was asked for. */
export interface GenerateOptions {
  readonly name: string;
  /** What follows "--": a container's command. */
  readonly command: readonly string[];
  readonly flags: Readonly<Record<string, any>>;
  readonly namespace: string;
  /** --namespace was given, so that the generated object names it. */
  readonly explicitNamespace: boolean;
  readonly dryRun: DryRun;
  readonly validation: ValidationDirective;
  readonly saveConfig: boolean;
  readonly fieldManager: string;
  readonly print: PrintOptions;
}

/** What is particular about one `create` subcommand; the rest is {@link generatorCommand}'s. */
export interface Generator {
  /** The words that call it: "create deployment". */
  readonly path: string;
  readonly text: CommandText;
  readonly flags: readonly FlagSpec[];
  /** Where the object goes. */
  readonly resource: {
    readonly group: string;
    readonly version: string;
    readonly resource: string;
    readonly namespaced: boolean;
  };
  /** What stands before the server's refusal; absent where kubectl lets it pass as it is. */
  readonly failure?: string;
  /** An empty NAME is refused here; the other kinds leave that to the server. */
  readonly namedHere?: true;
  /** Refuses wrong flags before anything is made. */
  validate?(options: GenerateOptions, session: Session): void | Promise<void>;
  /** Makes the object; namespace, zero values and field order are added to what it returns. */
  generate(options: GenerateOptions, session: Session): JsonObject | Promise<JsonObject>;
}

/** The one NAME of a command line. Throws "exactly one NAME is required, got N". Mirrors create.NameFromCommandArgs. */
export function nameArgument(path: string, flags: object, args: readonly string[]): string {
  const dash = argsLenAtDash(flags);
  const count = dash < 0 ? args.length : dash;
  if (count !== 1) throw new UsageError(`exactly one NAME is required, got ${count}`, path);
  return args[0]!;
}

async function complete(
  generator: Generator,
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<GenerateOptions> {
  const name = nameArgument(generator.path, flags, args);
  const { name: namespace, explicit } = await session.namespace();
  const dryRun = dryRunOf(session, flags);
  const print = { ...printOptionsOf(flags), typed: true };
  // A wrong format is refused before a wrong --validate.
  await operationPrinter(session, print, "");
  return {
    name,
    command: args.slice(1),
    flags,
    namespace,
    explicitNamespace: explicit,
    dryRun,
    validation: validationOf(flags),
    saveConfig: flags["saveConfig"],
    fieldManager: flags["fieldManager"],
    print,
  };
}

function placed(generator: Generator, o: GenerateOptions, object: JsonObject): JsonObject {
  const { name = o.name, ...metadata } = object["metadata"] ?? {};
  const namespace = generator.resource.namespaced && o.explicitNamespace ? { namespace: o.namespace } : {};
  return { ...object, metadata: { name, ...namespace, ...metadata } };
}

async function send(generator: Generator, session: Session, o: GenerateOptions, object: JsonObject) {
  const { namespaced, ...resource } = generator.resource;
  const path = { ...resource, ...(namespaced ? { namespace: o.namespace } : {}) };
  const query = {
    ...(o.dryRun === "server" ? { dryRun: "All" } : {}),
    fieldManager: o.fieldManager,
    fieldValidation: o.validation,
  };
  try {
    const client = await session.client();
    const created = await client.create<JsonObject>(path, object, {
      dryRun: o.dryRun === "server",
      fieldManager: o.fieldManager,
      fieldValidation: o.validation,
    });
    return await typedObject(session, created);
  } catch (error) {
    if (generator.failure === undefined) throw error;
    throw new Error(`${generator.failure} ${await failureText(session, error, "Post", collectionPath(path), query)}`);
  }
}

async function run(generator: Generator, session: Session, o: GenerateOptions): Promise<void> {
  const print = await operationPrinter(session, o.print, `created${dryRunSuffix(o.dryRun)}`);
  if (generator.namedHere && o.name === "") throw new Error("name must be specified");
  await generator.validate?.(o, session);
  const typed = await typedObject(session, placed(generator, o, await generator.generate(o, session)));
  const object = o.saveConfig ? await withLastAppliedTyped(typed) : typed;
  const shown = o.dryRun === "client" ? object : await send(generator, session, o, object);
  session.streams.stdout.write(print(shown));
}

/** The command of a generator: declares the flags that all of them share, makes, sends and prints the object. */
export function generatorCommand(generator: Generator): CommandDefinition<GenerateOptions> {
  return {
    define: (c) => {
      describeCommand(c, generator.text);
      declareFlags(
        c,
        ...printFlags(),
        dryRunFlag,
        fieldManagerFlag("kubectl-create"),
        saveConfigFlag,
        validateFlag,
        ...generator.flags,
      );
    },
    complete: (session, flags, args) => complete(generator, session, flags, args),
    run: (session, options) => run(generator, session, options),
  };
}
