import type { EmbeddedTransport } from "../../cluster/embedded.ts";
import { ExitError } from "../exit.ts";
import type { Session } from "../session.ts";

/** Opens the embedded cluster of the current context for what goes beyond the API, and closes it after `work`. Throws ExitError where the context is a real cluster. */
export async function withEmbedded<T>(session: Session, work: (cluster: EmbeddedTransport) => Promise<T>): Promise<T> {
  const { loadClientConfig } = await import("../../client/client-config.ts");
  const config = await loadClientConfig({
    env: session.env,
    cwd: session.cwd,
    globals: session.globals,
    given: new Set(Object.keys(session.globals)),
  });
  if (config.embedded === undefined && !config.isEmpty)
    throw new ExitError("error: the current context is not a simulated cluster");
  const { openForHost } = await import("../../cluster/connect-embedded.ts");
  const embedded = await openForHost(session, config);
  try {
    return await work(embedded);
  } finally {
    await embedded.close?.();
  }
}
