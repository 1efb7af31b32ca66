import type { Client } from "../client/client.ts";
import type { RestMapper } from "../client/rest-mapper.ts";
import type { Transport } from "../client/transport.ts";
import { ExitError } from "./exit.ts";
import { klogLine, verbosity } from "./klog.ts";
import type { Host, Session } from "./session.ts";

/** From which verbosity on the files of the configuration are named. */
const LOADER_LEVEL = 6;

/** A session with its end: `close` lets an embedded cluster settle and save. */
export interface OpenSession extends Session {
  close(): Promise<void>;
  /** Throws where --warnings-as-errors was given and the server warned. */
  checkWarnings(): void;
}

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
};

/** Makes the session of one command. Nothing is read or connected before a command asks for it. */
export function openSession(
  host: Host,
  globals: Readonly<Record<string, any>>,
  given: ReadonlySet<string>,
): OpenSession {
  let warnings = 0;
  let opened: Transport | undefined;
  const warn = (text: string): void => {
    const { stderr } = host.streams;
    stderr.write(`${stderr.isTTY ? "\u001b[33;1mWarning:\u001b[0m" : "Warning:"} ${text}\n`);
  };
  const config = once(async () => {
    const { loadClientConfig } = await import("../client/client-config.ts");
    const loaded = await loadClientConfig({ env: host.env, cwd: host.cwd, globals, given });
    if (verbosity(globals, "loader") >= LOADER_LEVEL)
      for (const file of loaded.files) klogLine(host, "I", "loader.go:402", `Config loaded from file:  ${file}`);
    return loaded;
  });
  const transport = once(async () => {
    const { connect } = await import("./connect.ts");
    opened = await connect(host, await config(), globals, (text) => {
      warnings++;
      warn(text);
    });
    return opened;
  });
  const client = once<Client>(async () => {
    const { createClient } = await import("../client/create-client.ts");
    return createClient(await transport());
  });
  const discovered = once<RestMapper>(async () => {
    const { discover } = await import("../client/discovery.ts");
    return discover(await transport(), warn);
  });
  const mapper = (tries = 1): Promise<RestMapper> =>
    discovered().catch(async (error: unknown) => {
      const { complainOfDiscovery } = await import("./discovery-complaint.ts");
      complainOfDiscovery(host, (await config()).server, globals, error, tries);
      throw error;
    });
  return {
    program: host.program,
    streams: host.streams,
    env: host.env,
    cwd: host.cwd,
    platform: host.platform,
    pid: host.pid,
    now: host.now,
    sleep: host.sleep,
    readSchema: host.readSchema,
    exitOn: host.exitOn,
    // Not before a command asks for it, because that is what catches signals; a spread would ask.
    get signal() {
      return host.signal;
    },
    globals,
    clusterNow: () => opened?.now?.() ?? host.now(),
    transport,
    client,
    mapper,
    namespace: async () => (await config()).namespace,
    server: async () => (await config()).server,
    close: async () => opened?.close?.(),
    checkWarnings: () => {
      if (warnings === 0 || globals["warningsAsErrors"] !== true) return;
      throw new ExitError(`error: ${warnings} warning${warnings === 1 ? "" : "s"} received`);
    },
  };
}
