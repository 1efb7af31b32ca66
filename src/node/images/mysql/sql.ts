import type { Credentials } from "../../runtime/machine/file-nodes.ts";
import type { FileSystem } from "../../runtime/machine/vfs.ts";
import { formatDate } from "../../shell/applets/date.ts";

/** What a statement answers: rows, nothing to show, or an error as the client prints it. */
export type SqlResult =
  | { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly affected: number }
  | { readonly error: string };

/** A server's data folder, and what a connection is about. */
export interface SqlSession {
  readonly fs: FileSystem;
  readonly who: Credentials;
  readonly version: string;
  readonly now: number;
  readonly serverId: number;
  database: string | undefined;
}

interface Table {
  readonly columns: readonly string[];
  readonly rows: string[][];
}

const DATA = "/var/lib/mysql";
const OWN = ["information_schema", "mysql", "performance_schema", "sys"];
const NAME = "`?([A-Za-z_$][\\w$-]*)`?";
const TABLE = `(?:${NAME}\\.)?${NAME}`;

const failure = (code: number, state: string, text: string): SqlResult => ({
  error: `ERROR ${code} (${state}): ${text}`,
});

/** Splits a script at semicolons outside of quotes. */
export function splitStatements(text: string): string[] {
  const parts = text.match(/(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^;'"])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** Runs one statement of the small part of SQL that is simulated. Tables are files below the data folder, so they last as long as its volume. */
export function runStatement(session: SqlSession, statement: string): SqlResult {
  for (const [pattern, run] of STATEMENTS) {
    const match = new RegExp(`^${pattern}$`, "is").exec(statement.trim());
    if (match !== null) return run(session, match);
  }
  return failure(
    1235,
    "42000",
    "drykube's simulated server knows SHOW, USE, CREATE, DROP, INSERT, DELETE and SELECT in their simplest forms only",
  );
}

type Statement = (session: SqlSession, match: RegExpExecArray) => SqlResult;

const STATEMENTS: readonly (readonly [string, Statement])[] = [
  ["show databases", (s) => ({ columns: ["Database"], rows: databases(s).map((name) => [name]) })],
  ["show tables", showTables],
  [`use\\s+${NAME}`, use],
  [`create\\s+(?:database|schema)\\s+(if\\s+not\\s+exists\\s+)?${NAME}`, createDatabase],
  [`drop\\s+(?:database|schema)\\s+(if\\s+exists\\s+)?${NAME}`, dropDatabase],
  [`create\\s+table\\s+(if\\s+not\\s+exists\\s+)?${TABLE}\\s*\\((.*)\\)`, createTable],
  [`drop\\s+table\\s+(if\\s+exists\\s+)?${TABLE}`, dropTable],
  [`insert\\s+into\\s+${TABLE}\\s*(?:\\(([^)]*)\\)\\s*)?values\\s*(\\(.*\\))`, insert],
  [`delete\\s+from\\s+${TABLE}`, clear],
  [`select\\s+(.+?)\\s+from\\s+${TABLE}`, select],
  ["select\\s+(.+)", selectValues],
];

const pathOf = (database: string, table: string): string => `${DATA}/${database}/${table}.ibd`;

function databases({ fs }: SqlSession): string[] {
  const data = fs.peek(DATA);
  const own = data?.type === "dir" ? fs.list(data).filter((name) => fs.peek(`${DATA}/${name}`)?.type === "dir") : [];
  return [...new Set([...OWN, ...own])].sort();
}

const isDatabase = (session: SqlSession, name: string): boolean => databases(session).includes(name);

function showTables(session: SqlSession): SqlResult {
  const { fs, database } = session;
  if (database === undefined) return failure(1046, "3D000", "No database selected");
  const folder = fs.peek(`${DATA}/${database}`);
  const names = folder?.type === "dir" ? fs.list(folder).filter((name) => name.endsWith(".ibd")) : [];
  return { columns: [`Tables_in_${database}`], rows: names.map((name) => [name.slice(0, -4)]) };
}

function use(session: SqlSession, [, name = ""]: RegExpExecArray): SqlResult {
  if (!isDatabase(session, name)) return failure(1049, "42000", `Unknown database '${name}'`);
  session.database = name;
  return { affected: 0 };
}

function createDatabase(session: SqlSession, [, unless, name = ""]: RegExpExecArray): SqlResult {
  if (isDatabase(session, name))
    return unless === undefined
      ? failure(1007, "HY000", `Can't create database '${name}'; database exists`)
      : { affected: 1 };
  session.fs.mkdir(`${DATA}/${name}`, "/", session.who, 0o750);
  return { affected: 1 };
}

function dropDatabase(session: SqlSession, [, unless, name = ""]: RegExpExecArray): SqlResult {
  if (!isDatabase(session, name) || OWN.includes(name))
    return unless === undefined
      ? failure(1008, "HY000", `Can't drop database '${name}'; database doesn't exist`)
      : { affected: 0 };
  session.fs.remove(`${DATA}/${name}`, "/", session.who, "tree");
  if (session.database === name) session.database = undefined;
  return { affected: 0 };
}

/** The table that a statement names: its database, name and content. */
function locate(
  session: SqlSession,
  given: string | undefined,
  name: string,
): { readonly database: string; readonly table: Table | undefined } | { readonly error: string } {
  const database = given ?? session.database;
  if (database === undefined) return failure(1046, "3D000", "No database selected") as { error: string };
  if (!isDatabase(session, database))
    return failure(1049, "42000", `Unknown database '${database}'`) as { error: string };
  const file = session.fs.peek(pathOf(database, name));
  return { database, table: file?.type === "file" ? parsed(file.content) : undefined };
}

function parsed(content: string): Table | undefined {
  try {
    const table = JSON.parse(content) as Table;
    return Array.isArray(table.columns) && Array.isArray(table.rows) ? table : undefined;
  } catch {
    return undefined;
  }
}

function store(session: SqlSession, database: string, name: string, table: Table): void {
  session.fs.write(pathOf(database, name), JSON.stringify(table), "/", session.who, 0o640);
}

const missing = (database: string, name: string): SqlResult =>
  failure(1146, "42S02", `Table '${database}.${name}' doesn't exist`);

function createTable(session: SqlSession, [, unless, given, name = "", body = ""]: RegExpExecArray): SqlResult {
  const found = locate(session, given, name);
  if ("error" in found) return found;
  if (found.table !== undefined)
    return unless === undefined ? failure(1050, "42S01", `Table '${name}' already exists`) : { affected: 0 };
  const columns = items(body)
    .map((item) => /^`?([A-Za-z_]\w*)`?/.exec(item)?.[1] ?? "")
    .filter((column) => column !== "" && !/^(primary|key|unique|index|constraint|foreign)$/i.test(column));
  store(session, found.database, name, { columns, rows: [] });
  return { affected: 0 };
}

function dropTable(session: SqlSession, [, unless, given, name = ""]: RegExpExecArray): SqlResult {
  const found = locate(session, given, name);
  if ("error" in found) return found;
  if (found.table === undefined)
    return unless === undefined ? failure(1051, "42S02", `Unknown table '${found.database}.${name}'`) : { affected: 0 };
  session.fs.remove(pathOf(found.database, name), "/", session.who, "file");
  return { affected: 0 };
}

function insert(session: SqlSession, [, given, name = "", list, values = ""]: RegExpExecArray): SqlResult {
  const found = locate(session, given, name);
  if ("error" in found) return found;
  const { table, database } = found;
  if (table === undefined) return missing(database, name);
  const columns = list === undefined ? table.columns : items(list).map((column) => column.replaceAll("`", ""));
  const fresh = [...values.matchAll(/\(((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^()'"])*)\)/g)].map((m) =>
    items(m[1]!).map(literal),
  );
  if (fresh.length === 0 || fresh.some((row) => row.length !== columns.length))
    return failure(1136, "21S01", "Column count doesn't match value count at row 1");
  const unknown = columns.find((column) => !table.columns.includes(column));
  if (unknown !== undefined) return failure(1054, "42S22", `Unknown column '${unknown}' in 'field list'`);
  const rows = fresh.map((row) => table.columns.map((column) => row[columns.indexOf(column)] ?? "NULL"));
  store(session, database, name, { ...table, rows: [...table.rows, ...rows] });
  return { affected: rows.length };
}

function clear(session: SqlSession, [, given, name = ""]: RegExpExecArray): SqlResult {
  const found = locate(session, given, name);
  if ("error" in found) return found;
  if (found.table === undefined) return missing(found.database, name);
  store(session, found.database, name, { ...found.table, rows: [] });
  return { affected: found.table.rows.length };
}

function select(session: SqlSession, [, wanted = "", given, name = ""]: RegExpExecArray): SqlResult {
  const found = locate(session, given, name);
  if ("error" in found) return found;
  const { table, database } = found;
  if (table === undefined) return missing(database, name);
  if (/^count\(\s*\*\s*\)$/i.test(wanted)) return { columns: [wanted], rows: [[String(table.rows.length)]] };
  const columns = wanted.trim() === "*" ? table.columns : items(wanted).map((column) => column.replaceAll("`", ""));
  const unknown = columns.find((column) => !table.columns.includes(column));
  if (unknown !== undefined) return failure(1054, "42S22", `Unknown column '${unknown}' in 'field list'`);
  return { columns, rows: table.rows.map((row) => columns.map((column) => row[table.columns.indexOf(column)]!)) };
}

function selectValues(session: SqlSession, [, wanted = ""]: RegExpExecArray): SqlResult {
  const known: Readonly<Record<string, () => string>> = {
    "version()": () => session.version,
    "@@version": () => session.version,
    "@@server_id": () => String(session.serverId),
    "@@hostname": () => session.fs.read("/etc/hostname").trim(),
    "now()": () => formatDate(session.now, "%Y-%m-%d %H:%M:%S"),
    "database()": () => session.database ?? "NULL",
  };
  const columns = items(wanted);
  const values: string[] = [];
  for (const column of columns) {
    const key = column.toLowerCase();
    if (Object.hasOwn(known, key)) values.push(known[key]!());
    else if (/^(-?\d+(\.\d+)?|'[^']*'|"[^"]*")$/.test(column)) values.push(literal(column));
    else return failure(1054, "42S22", `Unknown column '${column}' in 'field list'`);
  }
  return { columns: columns.map((column) => column.replace(/^['"](.*)['"]$/, "$1")), rows: [values] };
}

/** Splits at commas outside of quotes and parentheses. */
function items(text: string): string[] {
  const parts = text.match(/(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\([^()]*\)|[^,'"()])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

const literal = (text: string): string =>
  /^(['"]).*\1$/s.test(text) ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text;

/** A result as the client prints it: for a terminal in a box, else separated by tabs. */
export function showResult(result: SqlResult, boxed: boolean): string {
  if ("error" in result) return `${result.error}\n`;
  if ("affected" in result)
    return boxed ? `Query OK, ${result.affected} row${result.affected === 1 ? "" : "s"} affected (0.01 sec)\n\n` : "";
  const { columns, rows } = result;
  if (rows.length === 0) return boxed ? "Empty set (0.00 sec)\n\n" : "";
  if (!boxed) return [columns, ...rows].map((row) => `${row.join("\t")}\n`).join("");
  const widths = columns.map((column, i) => Math.max(column.length, ...rows.map((row) => row[i]!.length)));
  const rule = `+${widths.map((width) => "-".repeat(width + 2)).join("+")}+\n`;
  const line = (row: readonly string[]): string =>
    `|${row.map((cell, i) => ` ${cell.padEnd(widths[i]!)} `).join("|")}|\n`;
  return `${rule}${line(columns)}${rule}${rows.map(line).join("")}${rule}${rows.length} row${rows.length === 1 ? "" : "s"} in set (0.00 sec)\n\n`;
}
