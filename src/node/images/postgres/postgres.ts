import type { SimulatedImage } from "../../runtime/image.ts";
import { launchFor } from "../../runtime/machine/launch.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { formatDate } from "../../shell/applets/date.ts";
import { exchange, resolve } from "../../shell/applets/net-lib.ts";
import { alpine, debian, type Layer } from "../bases.ts";
import { untilSignal } from "../server.ts";

/** postgres of a tag: needs POSTGRES_PASSWORD, as the real entrypoint does. */
export function postgresImage(tag: string): SimulatedImage {
  const layer: Layer = {
    programs: { "docker-entrypoint.sh": entrypoint, postgres: server, psql, pg_isready: isReady },
    users: { postgres: [999, 999, "/var/lib/postgresql", "/bin/bash"] },
    setup: (fs) => {
      fs.ensureDir("/var/lib/postgresql/data");
      fs.ensureDir("/docker-entrypoint-initdb.d");
    },
  };
  return tag.includes("alpine") ? alpine(layer) : debian(layer);
}

const MISSING = `Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
       connections without a password. This is *not* recommended.

       See PostgreSQL documentation about "trust":
       https://www.postgresql.org/docs/current/auth-trust.html
`;

function* entrypoint(process: Process): Run {
  let argv = process.argv.slice(1);
  if (argv[0]?.startsWith("-")) argv = ["postgres", ...argv];
  if (argv[0] !== "postgres") {
    const found = launchFor(process, argv);
    if (!("program" in found)) {
      yield* process.write(2, `/usr/local/bin/docker-entrypoint.sh: line 360: exec: ${argv[0]}: not found\n`);
      return 127;
    }
    process.argv = found.argv;
    return yield* found.program(process);
  }
  const data = process.env.get("PGDATA") ?? "/var/lib/postgresql/data";
  const { fs } = process.container;
  if (fs.peek(`${data}/PG_VERSION`) === undefined) {
    const password =
      process.env.get("POSTGRES_PASSWORD") ?? (process.env.get("POSTGRES_PASSWORD_FILE") === undefined ? "" : "file");
    if (password === "" && process.env.get("POSTGRES_HOST_AUTH_METHOD") !== "trust") {
      yield* process.write(2, MISSING);
      return 1;
    }
    const mounted = fs.peek(data);
    if (mounted?.type === "dir" && fs.list(mounted).includes("lost+found")) {
      yield* process.write(
        2,
        `initdb: error: directory "${data}" exists but is not empty\ninitdb: detail: It contains a lost+found directory, perhaps due to it being a mount point.\ninitdb: hint: Using a mount point directly as the data directory is not recommended.\nCreate a subdirectory under the mount point.\n`,
      );
      return 1;
    }
    yield* initialise(process, data);
  } else
    yield* process.write(
      1,
      "\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n",
    );
  process.argv = argv;
  process.comm = "postgres";
  return yield* server(process);
}

function* initialise(process: Process, data: string): Run<void> {
  const user = process.env.get("POSTGRES_USER") ?? "postgres";
  yield* process.write(
    1,
    `The files belonging to this database system will be owned by user "postgres".\nThis user must also own the server process.\n\nThe database cluster will be initialized with locale "en_US.utf8".\nThe default database encoding has accordingly been set to "UTF8".\nThe default text search configuration will be set to "english".\n\nData page checksums are disabled.\n\nfixing permissions on existing directory ${data} ... ok\ncreating subdirectories ... ok\n`,
  );
  yield* process.sleep(700);
  process.container.fs.ensureDir(data);
  try {
    process.container.fs.write(`${data}/PG_VERSION`, "17\n");
  } catch {
    // A read-only data directory is noticed by the server.
  }
  yield* process.write(
    1,
    "running bootstrap script ... ok\nperforming post-bootstrap initialization ... ok\nsyncing data to disk ... ok\n\n\nSuccess. You can now start the database server using:\n\n",
  );
  yield* process.write(
    1,
    `    pg_ctl -D ${data} -l logfile start\n\nwaiting for server to start.... done\nserver started\n`,
  );
  yield* process.sleep(500);
  const database = process.env.get("POSTGRES_DB") ?? user;
  if (database !== "postgres") yield* process.write(1, "CREATE DATABASE\n\n");
  yield* process.write(
    1,
    "\n/usr/local/bin/docker-entrypoint.sh: ignoring /docker-entrypoint-initdb.d/*\n\nwaiting for server to shut down.... done\nserver stopped\n\nPostgreSQL init process complete; ready for start up.\n\n",
  );
}

function* server(process: Process): Run {
  const log = (text: string): Run<void> =>
    process.write(2, `${formatDate(process.time, "%Y-%m-%d %H:%M:%S.%3N")} UTC [${process.pid}] LOG:  ${text}\n`);
  if (process.who.uid === 0 && process.argv[0] === "postgres" && process.pid !== 1) {
    yield* process.write(2, '"root" execution of the PostgreSQL server is not permitted.\n');
    return 1;
  }
  yield* log(
    "starting PostgreSQL 17.0 (Debian 17.0-1.pgdg120+1) on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14) 12.2.0, 64-bit",
  );
  if (
    !process.machine.network.listen(process, 5432, {
      kind: "stream",
      open: () => ({ data: () => ({ reply: "N", close: true }) }),
    })
  ) {
    yield* log('could not bind IPv4 address "0.0.0.0": Address in use');
    return 1;
  }
  process.memory = 32 << 20;
  process.milliCpu = 4;
  yield* log('listening on IPv4 address "0.0.0.0", port 5432');
  yield* log('listening on IPv6 address "::", port 5432');
  yield* log('listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"');
  yield* process.sleep(30);
  yield* log("database system is ready to accept connections");
  const signal = yield* untilSignal(process, ["TERM", "INT", "QUIT"]);
  yield* log(`received ${signal === "TERM" ? "smart" : signal === "INT" ? "fast" : "immediate"} shutdown request`);
  yield* process.sleep(100);
  yield* log("shutting down");
  yield* process.sleep(40);
  yield* log("database system is shut down");
  return 0;
}

function option(process: Process, short: string, long: string): string | undefined {
  for (const [i, arg] of process.argv.entries()) {
    if (arg === `-${short}` || arg === `--${long}`) return process.argv[i + 1];
    if (arg.startsWith(`--${long}=`)) return arg.slice(long.length + 3);
    if (arg.startsWith(`-${short}`) && arg.length > 2 && !arg.startsWith("--")) return arg.slice(2);
  }
  return undefined;
}

function* reach(process: Process): Run<string | undefined> {
  const host = option(process, "h", "host") ?? process.env.get("PGHOST");
  const where = yield* resolve(process, host ?? "localhost");
  if (!("ip" in where)) return `could not translate host name "${host}" to address: Name or service not known`;
  const result = yield* exchange(process, where.ip, 5432, "");
  if (!("failed" in result)) return undefined;
  if (host === undefined)
    return 'connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: No such file or directory\n\tIs the server running locally and accepting connections on that socket?';
  return `connection to server at "${host}" (${where.ip}), port 5432 failed: ${result.failed === "refused" ? "Connection refused" : "Connection timed out"}\n\tIs the server running on that host and accepting TCP/IP connections?`;
}

function* isReady(process: Process): Run {
  const host = option(process, "h", "host") ?? process.env.get("PGHOST");
  const problem = yield* reach(process);
  yield* process.write(
    1,
    `${host ?? "/var/run/postgresql"}:5432 - ${problem === undefined ? "accepting connections" : "no response"}\n`,
  );
  return problem === undefined ? 0 : 2;
}

function* psql(process: Process): Run {
  if (process.argv.includes("--version") || process.argv.includes("-V")) {
    yield* process.write(1, "psql (PostgreSQL) 17.0 (Debian 17.0-1.pgdg120+1)\n");
    return 0;
  }
  const problem = yield* reach(process);
  if (problem !== undefined) {
    yield* process.write(2, `psql: error: ${problem}\n`);
    return 2;
  }
  const given = option(process, "c", "command") ?? (yield* process.readAll(0));
  for (const statement of given.split(";")) {
    const text = statement.trim().toLowerCase();
    if (text === "" || text === "\\q") continue;
    if (text === "select 1") yield* process.write(1, " ?column? \n----------\n        1\n(1 row)\n\n");
    else if (text === "select version()")
      yield* process.write(1, " version \n---------\n PostgreSQL 17.0\n(1 row)\n\n");
    else {
      yield* process.write(2, "ERROR:  drykube's simulated server knows SELECT 1 and SELECT version() only\n");
      return 1;
    }
  }
  return 0;
}
