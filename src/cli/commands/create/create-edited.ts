import type { JsonObject } from "../../../machinery/object.ts";
import { editFormat } from "../../editor/edit-flags.ts";
import { editInfos } from "../../editor/edit-loop.ts";
import { operationPrinter } from "../../printers/format.ts";
import type { PrintOptions } from "../../printers/print-flags.ts";
import { type BuildOptions, findResources } from "../../resources/builder.ts";
import { pathOf } from "../../resources/info.ts";
import { withLastApplied } from "../../resources/last-applied.ts";
import type { Session } from "../../session.ts";

/** What `create --edit` needs of the command's options. */
export interface CreateEditedOptions {
  readonly build: BuildOptions;
  readonly saveConfig: boolean;
  readonly windowsLineEndings: boolean;
  readonly fieldManager: string;
  readonly print: PrintOptions;
}

/** `kubectl create --edit`: each object goes through the editor before it is created. Mirrors EditBeforeCreateMode. */
export async function createEdited(session: Session, o: CreateEditedOptions): Promise<void> {
  const format = editFormat({ output: o.print.output, windowsLineEndings: o.windowsLineEndings });
  const print = await operationPrinter(session, o.print, "created");
  const client = await session.client();
  const result = await findResources(session, o.build);
  await result.visit((info) =>
    editInfos(
      session,
      {
        format,
        lastApplied: false,
        namespace: o.build.namespace,
        enforceNamespace: o.build.enforceNamespace === true,
        apply: async (updated) => {
          for (const edited of updated) {
            const body = o.saveConfig ? await withLastApplied(edited.object!) : edited.object!;
            const created = await client.create<JsonObject>(pathOf(edited), body, { fieldManager: o.fieldManager });
            session.streams.stdout.write(print(created));
          }
        },
      },
      [info],
    ),
  );
}
