import type { SimulatedImage } from "../../runtime/image.ts";
import { launchFor } from "../../runtime/machine/launch.ts";
import type { Process, Program, Run } from "../../runtime/machine/process.ts";
import { formatDate } from "../../shell/applets/date.ts";
import { exchange, resolve } from "../../shell/applets/net-lib.ts";
import { centos, debian, type Layer } from "../bases.ts";
import { untilSignal } from "../server.ts";
import { runStatement, type SqlResult, type SqlSession, showResult, splitStatements } from "./sql.ts";

type Kind = "mysql" | "mariadb";

/** mysql or mariadb of a tag: runs only with one of the password variables, as the real entrypoints do. */
export function mysqlImage(kind: Kind, tag: string): SimulatedImage {
  const version = kind === "mysql" ? (/^5\.\d+/.exec(tag)?.[0] === "5.7" ? "5.7.44" : "8.4.3") : "11.5.2-MariaDB";
  const client = clientProgram(kind);
  const layer: Layer = {
    programs: {
      "docker-entrypoint.sh": entrypoint(kind, version),
      mysqld: daemon(kind, version),
      mariadbd: daemon(kind, version),
      mysql: client,
      mariadb: client,
      mysqladmin: admin(kind),
      "mariadb-admin": admin(kind),
    },
    users: { mysql: [999, 999, "/var/lib/mysql", "/bin/false"] },
    setup: (fs) => {
      fs.ensureDir("/var/lib/mysql");
      fs.ensureDir("/docker-entrypoint-initdb.d");
    },
  };
  return kind === "mysql" ? centos(layer) : debian(layer);
}

function stamp(process: Process): string {
  return formatDate(process.time, "%Y-%m-%d %H:%M:%S+00:00");
}

function entrypoint(kind: Kind, version: string): Program {
  return function* (process): Run {
    let argv = process.argv.slice(1);
    const server = kind === "mysql" ? "mysqld" : "mariadbd";
    if (argv[0]?.startsWith("-") || argv.length === 0) argv = [server, ...argv];
    if (argv[0] !== server && argv[0] !== "mysqld") return yield* other(process, argv);
    const name = kind === "mysql" ? "MySQL Server" : "MariaDB Server";
    const note = (level: string, text: string): Run<void> =>
      process.write(level === "ERROR" ? 2 : 1, `${stamp(process)} [${level}] [Entrypoint]: ${text}\n`);
    yield* note(
      "Note",
      `Entrypoint script for ${name} ${version}${kind === "mysql" ? "-1.el9" : "+maria~ubu2404"} started.`,
    );
    const prefixes = kind === "mysql" ? ["MYSQL"] : ["MARIADB", "MYSQL"];
    const has = (suffix: string): boolean =>
      prefixes.some((prefix) => (process.env.get(`${prefix}_${suffix}`) ?? "") !== "");
    const initialized = process.container.fs.peek("/var/lib/mysql/mysql") !== undefined;
    if (
      !initialized &&
      !has("ROOT_PASSWORD") &&
      !has("ALLOW_EMPTY_PASSWORD") &&
      !has("ALLOW_EMPTY_ROOT_PASSWORD") &&
      !has("RANDOM_ROOT_PASSWORD") &&
      !has("ROOT_PASSWORD_FILE") &&
      !has("ROOT_PASSWORD_HASH")
    ) {
      const text =
        kind === "mysql"
          ? "Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD"
          : "Database is uninitialized and password option is not specified\n\tYou need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD";
      yield* note("ERROR", text);
      return 1;
    }
    if (!initialized) {
      yield* note("Note", "Initializing database files");
      yield* process.sleep(3500);
      // As a program does it, so that a volume keeps it.
      process.container.fs.mkdir("/var/lib/mysql/mysql", "/", process.who);
      yield* note("Note", "Database files initialized");
      yield* note("Note", "Starting temporary server");
      yield* process.sleep(1800);
      yield* note("Note", "Temporary server started.");
      if (has("DATABASE")) yield* createDatabase(process, note);
      if (has("USER"))
        yield* note("Note", `Creating user ${process.env.get("MYSQL_USER") ?? process.env.get("MARIADB_USER")}`);
      yield* note("Note", "Stopping temporary server");
      yield* process.sleep(900);
      yield* note("Note", "Temporary server stopped");
      yield* note("Note", `${kind === "mysql" ? "MySQL" : "MariaDB"} init process done. Ready for start up.`);
    }
    process.argv = argv;
    process.comm = server;
    return yield* daemon(kind, version)(process);
  };
}

function* createDatabase(process: Process, note: (level: string, text: string) => Run<void>): Run<void> {
  const name = process.env.get("MYSQL_DATABASE") ?? process.env.get("MARIADB_DATABASE") ?? "";
  yield* note("Note", `Creating database ${name}`);
  const path = `/var/lib/mysql/${name}`;
  if (!name.includes("/") && process.container.fs.peek(path) === undefined)
    process.container.fs.mkdir(path, "/", process.who);
}

function* other(process: Process, argv: string[]): Run {
  const found = launchFor(process, argv);
  if (!("program" in found)) {
    yield* process.write(2, `/usr/local/bin/docker-entrypoint.sh: line 471: exec: ${argv[0]}: not found\n`);
    return 127;
  }
  process.argv = found.argv;
  return yield* found.program(process);
}

function daemon(kind: Kind, version: string): Program {
  return function* (process): Run {
    const line = (code: string, text: string): Run<void> =>
      process.write(
        2,
        kind === "mysql"
          ? `${formatDate(process.time, "%Y-%m-%dT%H:%M:%S.%6NZ")} 0 [System] [${code}] [Server] ${text}\n`
          : `${formatDate(process.time, "%Y-%m-%d %k:%M:%S")} 0 [Note] ${text}\n`,
      );
    const path = `/usr/sbin/${kind === "mysql" ? "mysqld" : "mariadbd"}`;
    yield* line(
      "MY-010116",
      `${path} (${kind === "mysql" ? "mysqld" : "server"} ${version}) starting as process ${process.pid}`,
    );
    yield* process.sleep(700);
    const greeting = `\x4a\0\0\0\x0a${version}\0`;
    if (
      !process.machine.network.listen(process, 3306, {
        kind: "stream",
        open: (peer) => ({
          greeting,
          data: (bytes) => ({ reply: serve(process, version, peer.ip, bytes), close: true }),
        }),
      })
    ) {
      yield* line("MY-010262", "Can't start server: Bind on TCP/IP port: Address already in use");
      return 1;
    }
    process.memory = kind === "mysql" ? 420 << 20 : 110 << 20;
    process.milliCpu = 6;
    process.machine.useMemory(process, process.memory);
    yield* line(
      "MY-010931",
      `${path}: ready for connections. Version: '${version}'  socket: '/var/run/mysqld/mysqld.sock'  port: 3306  ${kind === "mysql" ? "MySQL Community Server - GPL." : "mariadb.org binary distribution"}`,
    );
    yield* untilSignal(process, ["TERM", "INT"]);
    yield* line(
      "MY-013172",
      `Received SHUTDOWN from user <via user signal>. Shutting down ${kind === "mysql" ? "mysqld" : "mariadbd"} (Version: ${version}).`,
    );
    yield* process.sleep(1200);
    yield* line(
      "MY-010910",
      `${path}: Shutdown complete (mysqld ${version})  ${kind === "mysql" ? "MySQL Community Server - GPL." : ""}`,
    );
    return 0;
  };
}

/** What a client sends: who it is, and what it wants to know. */
interface Question {
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string | undefined;
  readonly sql: string;
}

/** What the server answers: results, and the database that is in use then; or why it does not. */
type Reply =
  | { readonly denied: string }
  | { readonly results: readonly SqlResult[]; readonly database: string | undefined };

/** Answers a client of our own. The words on the wire are not MySQL's: nobody else listens. */
function serve(process: Process, version: string, from: string, bytes: string): string {
  let question: Question;
  try {
    question = JSON.parse(bytes) as Question;
  } catch {
    return "";
  }
  const { user, password } = question;
  if ((expectedPassword(process, user) ?? "") !== (password ?? ""))
    return JSON.stringify({
      denied: `ERROR 1045 (28000): Access denied for user '${user}'@'${from.startsWith("127.") ? "localhost" : from}' (using password: ${password === undefined ? "NO" : "YES"})`,
    } satisfies Reply);
  const { fs } = process.container;
  const id = fs.peek("/etc/mysql/conf.d/server-id.cnf");
  const session: SqlSession = {
    fs,
    who: process.who,
    version,
    now: process.time,
    serverId: Number(/server-id=(\d+)/.exec(id?.type === "file" ? id.content : "")?.[1] ?? 1),
    database: question.database,
  };
  const results: SqlResult[] = [];
  for (const statement of splitStatements(question.sql)) {
    results.push(runStatement(session, statement));
    if ("error" in results.at(-1)!) break;
  }
  return JSON.stringify({ results, database: session.database } satisfies Reply);
}

/** A user's password by the environment of the server; undefined: none, or nobody of the name. */
function expectedPassword(process: Process, user: string): string | undefined {
  const { env } = process;
  if (user === "root") return env.get("MYSQL_ROOT_PASSWORD") ?? env.get("MARIADB_ROOT_PASSWORD");
  return user === (env.get("MYSQL_USER") ?? env.get("MARIADB_USER"))
    ? (env.get("MYSQL_PASSWORD") ?? env.get("MARIADB_PASSWORD"))
    : "\0";
}

interface Login {
  readonly host: string;
  readonly user: string;
  readonly password: string | undefined;
  readonly execute: string | undefined;
  readonly database: string | undefined;
}

function login(process: Process): Login {
  const argv = process.argv.slice(1);
  const value = (short: string, long: string): string | undefined => {
    for (const [i, arg] of argv.entries()) {
      if (arg === `-${short}` || arg === `--${long}`) return short === "p" ? undefined : argv[i + 1];
      if (arg.startsWith(`--${long}=`)) return arg.slice(long.length + 3);
      if (arg.startsWith(`-${short}`) && !arg.startsWith("--")) return arg.slice(2);
    }
    return undefined;
  };
  return {
    host: value("h", "host") ?? "localhost",
    user: value("u", "user") ?? "root",
    password: value("p", "password") ?? process.env.get("MYSQL_PWD"),
    execute: value("e", "execute"),
    database:
      value("D", "database") ?? argv.find((arg, i) => !arg.startsWith("-") && !/^-[hueDP]$/.test(argv[i - 1] ?? "")),
  };
}

/** Connects as a client does, and asks; the answer is the server's, or what is wrong. */
function* ask(process: Process, given: Login, sql: string): Run<Reply | string> {
  const where = yield* resolve(process, given.host);
  if (!("ip" in where)) return `ERROR 2005 (HY000): Unknown MySQL server host '${given.host}' (-2)`;
  const { user, password, database } = given;
  const result = yield* exchange(process, where.ip, 3306, JSON.stringify({ user, password, database, sql }));
  if ("failed" in result) {
    if (given.host === "localhost")
      return "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)";
    return `ERROR 2003 (HY000): Can't connect to MySQL server on '${given.host}:3306' (${result.failed === "refused" ? 111 : 110})`;
  }
  const reply = result.data.slice(result.data.indexOf("{"));
  try {
    return JSON.parse(reply) as Reply;
  } catch {
    return "ERROR 2013 (HY000): Lost connection to MySQL server at 'reading initial communication packet', system error: 0";
  }
}

/** mysql: statements of -e or of stdin; line by line on a terminal. */
function clientProgram(kind: Kind): Program {
  return function* (process): Run {
    let given = login(process);
    if (given.password !== undefined && kind === "mysql")
      yield* process.write(2, "mysql: [Warning] Using a password on the command line interface can be insecure.\n");
    const terminal = given.execute === undefined && process.files.get(0)?.kind === "tty";
    const boxed = process.files.get(1)?.kind === "tty";
    if (!terminal) return yield* runScript(process, given, given.execute ?? (yield* process.readAll(0)), boxed);
    const hello = yield* runScript(process, given, "", boxed);
    if (hello !== 0) return hello;
    yield* process.write(
      1,
      `Welcome to the ${kind === "mysql" ? "MySQL" : "MariaDB"} monitor.  Commands end with ; or \\g.\n\n`,
    );
    for (let text = ""; ; ) {
      yield* process.write(1, text === "" ? `${kind}> ` : "    -> ");
      const line = yield* process.readLine(0);
      if (line === "" || /^\s*(exit|quit|\\q)\s*;?\s*$/i.test(line)) break;
      text += line;
      if (text.trim() !== "" && !/(;|\\g)\s*$/.test(text)) continue;
      const answer = yield* ask(process, given, text.replace(/\\g\s*$/, ""));
      text = "";
      yield* show(process, answer, true);
      if (typeof answer === "object" && "results" in answer) given = { ...given, database: answer.database };
    }
    yield* process.write(1, "Bye\n");
    return 0;
  };
}

function* runScript(process: Process, given: Login, sql: string, boxed: boolean): Run {
  return yield* show(process, yield* ask(process, given, sql), boxed);
}

/** Prints an answer; 1 where it is an error. */
function* show(process: Process, answer: Reply | string, boxed: boolean): Run {
  if (typeof answer === "string" || "denied" in answer) {
    yield* process.write(2, `${typeof answer === "string" ? answer : answer.denied}\n`);
    return 1;
  }
  for (const result of answer.results) {
    const isError = "error" in result;
    const text = showResult(result, boxed);
    yield* process.write(isError ? 2 : 1, isError && !boxed ? text.replace("): ", ") at line 1: ") : text);
    if (isError) return 1;
  }
  return 0;
}

function admin(kind: Kind): Program {
  return function* (process): Run {
    const given = login(process);
    const answer = yield* ask(process, given, "");
    const problem = typeof answer === "string" ? answer : "denied" in answer ? answer.denied : undefined;
    const name = kind === "mysql" ? "mysqladmin" : "mariadb-admin";
    const ping = process.argv.includes("ping");
    if (problem !== undefined && !(ping && problem.includes("Access denied"))) {
      yield* process.write(
        2,
        `${name}: connect to server at '${given.host}' failed\nerror: '${problem.replace(/^ERROR \d+ \(\w+\): /, "")}'\n`,
      );
      return 1;
    }
    yield* process.write(1, ping ? "mysqld is alive\n" : "");
    return 0;
  };
}
