import type { Session } from "../session.ts";
import type { BuildOptions } from "./builder.ts";

/**
 * What the arguments and -f, -k, -R of a command name, in the namespace that it works in: lists taken apart, and errors
 * kept until everything was seen, as nearly every command has it. Mirrors the builder calls that kubectl's commands share.
 */
export async function targetOf(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[] = [],
): Promise<BuildOptions> {
  const { name, explicit } = await session.namespace();
  return {
    args,
    filenames: flags["filename"],
    kustomize: flags["kustomize"] ?? "",
    recursive: flags["recursive"],
    namespace: name,
    enforceNamespace: explicit,
    continueOnError: true,
    flatten: true,
  };
}
