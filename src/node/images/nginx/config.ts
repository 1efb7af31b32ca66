import { contentOf } from "../../runtime/machine/file-nodes.ts";
import type { FileSystem } from "../../runtime/machine/vfs.ts";
import { isPattern, matches } from "../../shell/lang/pattern.ts";
import { compileRegex, searchRegex } from "../../shell/lang/regex.ts";

/** One directive: "listen 80;" or "server { … }". */
interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly block?: readonly Directive[];
}

export interface NginxLocation {
  readonly path: string;
  readonly modifier: "" | "=" | "~" | "~*" | "^~";
  readonly root?: string;
  readonly alias?: string;
  readonly index?: readonly string[];
  readonly tryFiles?: readonly string[];
  readonly returns?: { readonly status: number; readonly text: string };
  readonly proxyPass?: string;
  readonly stubStatus: boolean;
  readonly defaultType?: string;
}

export interface NginxServer {
  readonly ports: readonly number[];
  readonly names: readonly string[];
  readonly root: string;
  readonly index: readonly string[];
  /** Where access is logged; undefined: off. */
  readonly accessLog: string | undefined;
  match(path: string): NginxLocation | undefined;
}

export interface NginxConfig {
  readonly daemon: boolean;
  readonly servers: readonly NginxServer[];
  /** No sysctl lets other users bind low ports here. */
  readonly needsRoot: boolean;
}

/** Directives that nginx knows and that change nothing here, by their first word. */
const KNOWN =
  /^(user|worker_\w+|error_log|pid|events|http|include|default_type|log_format|access_log|sendfile|tcp_\w+|keepalive_\w+|gzip\w*|server|server_name|server_tokens|listen|location|root|alias|index|error_page|try_files|return|proxy_\w+|stub_status|add_header|types|daemon|upstream|fastcgi_\w+|deny|allow|autoindex|charset|client_\w+|resolver\w*|rewrite|set|if|map|ssl\w*|expires|auth_basic\w*|limit_\w+|large_client_header_buffers|send_timeout|types_hash_\w+|server_names_\w+|underscores_in_headers|real_ip_\w+|set_real_ip_from|load_module|master_process|env|stream|js_\w+|sub_filter\w*|internal|etag|open_file_\w+|reset_timedout_connection|multi_accept|use|split_clients|geo|mirror|uwsgi_\w+|grpc_\w+|http2|merge_slashes|absolute_redirect|port_in_redirect|variables_\w+|least_conn|ip_hash|keepalive|zone|log_not_found|recursive_error_pages|chunked_transfer_encoding|ignore_invalid_headers|lingering_\w+|satisfy|break)$/;

interface Reader {
  readonly fs: FileSystem;
  readonly text: string;
  readonly file: string;
  at: number;
  line: number;
  depth: number;
}

/** Reads a configuration with its includes. The answer is a text where it is wrong: 'unknown directive "foo" in FILE:LINE'. */
export function parseNginxConfig(fs: FileSystem, file: string, global: string): NginxConfig | string {
  const node = fs.peek(file);
  if (node?.type !== "file") return `open() "${file}" failed (2: No such file or directory)`;
  try {
    const main = [
      ...read({ fs, text: global, file: "command line", at: 0, line: 1, depth: 0 }, false),
      ...readFile(fs, file, 0),
    ];
    const http = main.find((d) => d.name === "http")?.block ?? [];
    if (!main.some((d) => d.name === "events")) return `no "events" section in configuration`;
    const daemon = main.find((d) => d.name === "daemon")?.args[0] !== "off";
    return {
      daemon,
      servers: http.filter((d) => d.name === "server").map((d) => server(d.block ?? [], http)),
      needsRoot: false,
    };
  } catch (caught) {
    if (typeof caught === "string") return caught;
    throw caught;
  }
}

function readFile(fs: FileSystem, file: string, depth: number): Directive[] {
  const node = fs.peek(file);
  if (node?.type !== "file") throw `open() "${file}" failed (2: No such file or directory)`;
  return read({ fs, text: contentOf(node), file, at: 0, line: 1, depth }, false);
}

function read(r: Reader, nested: boolean): Directive[] {
  const out: Directive[] = [];
  if (r.depth > 20) throw `too deep in ${r.file}:${r.line}`;
  for (;;) {
    const words: string[] = [];
    let end: string | undefined;
    for (end = token(r); end !== undefined && end !== ";" && end !== "{" && end !== "}"; end = token(r))
      words.push(end.replace(/^\0/, ""));
    const at = `in ${r.file}:${r.line}`;
    if (end === undefined) {
      if (words.length > 0) throw `unexpected end of file, expecting ";" or "}" ${at}`;
      if (nested) throw `unexpected end of file, expecting "}" ${at}`;
      return out;
    }
    if (end === "}") {
      if (words.length > 0 || !nested) throw `unexpected "}" ${at}`;
      return out;
    }
    const [name, ...args] = words;
    if (name === undefined) throw `unexpected "${end}" ${at}`;
    out.push(...directive(r, name, args, end === "{", at));
  }
}

function directive(r: Reader, name: string, args: readonly string[], opens: boolean, at: string): Directive[] {
  const free = opens && (name === "types" || name === "map" || name === "geo" || name === "split_clients");
  if (!KNOWN.test(name) && !r.file.startsWith("\0")) throw `unknown directive "${name}" ${at}`;
  if (opens) {
    const inner: Reader = { ...r, depth: r.depth + 1, ...(free ? { file: `\0${r.file}` } : {}) };
    const block = read(inner, true);
    r.at = inner.at;
    r.line = inner.line;
    return [{ name, args, block }];
  }
  if (name === "include" && args[0] !== undefined) return include(r, args[0]);
  if (/^(server|http|events|location|upstream)$/.test(name)) throw `directive "${name}" has no opening "{" ${at}`;
  if (args.length === 0 && /^(listen|root|index|return|proxy_pass)$/.test(name))
    throw `invalid number of arguments in "${name}" directive ${at}`;
  return [{ name, args }];
}

function include(r: Reader, pattern: string): Directive[] {
  const path = pattern.startsWith("/") ? pattern : `/etc/nginx/${pattern}`;
  if (!isPattern(path)) return readFile(r.fs, path, r.depth + 1);
  const cut = path.lastIndexOf("/");
  const dir = r.fs.peek(path.slice(0, cut));
  if (dir?.type !== "dir") return [];
  const names = r.fs.list(dir).filter((name) => matches(path.slice(cut + 1), name) && !name.startsWith("."));
  return names.flatMap((name) => readFile(r.fs, `${path.slice(0, cut)}/${name}`, r.depth + 1));
}

/** The next word, or one of ; { }. Quoted words come with a NUL in front, so that they are never taken for those. */
function token(r: Reader): string | undefined {
  for (;;) {
    const c = r.text[r.at];
    if (c === undefined) return undefined;
    if (c === "\n") r.line++;
    if (/\s/.test(c)) r.at++;
    else if (c === "#") while (r.at < r.text.length && r.text[r.at] !== "\n") r.at++;
    else break;
  }
  const c = r.text[r.at]!;
  if (c === ";" || c === "{" || c === "}") {
    r.at++;
    return c;
  }
  if (c === '"' || c === "'") {
    const end = r.text.indexOf(c, r.at + 1);
    if (end < 0) throw `unexpected end of file, expecting ";" or "}" in ${r.file}:${r.line}`;
    const word = r.text.slice(r.at + 1, end);
    r.at = end + 1;
    r.line += word.split("\n").length - 1;
    return `\0${word.replace(/\\n/g, "\n")}`;
  }
  const start = r.at;
  while (r.at < r.text.length && !/[\s;]/.test(r.text[r.at]!) && !(r.text[r.at] === "{" && r.text[r.at - 1] !== "$"))
    r.at++;
  return r.text.slice(start, r.at);
}

function last(block: readonly Directive[], name: string): readonly string[] | undefined {
  return block.findLast((d) => d.name === name)?.args;
}

function server(block: readonly Directive[], http: readonly Directive[]): NginxServer {
  const listens = block
    .filter((d) => d.name === "listen")
    .map((d) => Number(/(?:^|:)(\d+)$/.exec(d.args[0]!)?.[1] ?? 80));
  const locations = block.filter((d) => d.name === "location").map(location);
  const direct = last(block, "return");
  const log = last(block, "access_log") ?? last(http, "access_log");
  return {
    ports: listens.length > 0 ? listens : [80],
    names: last(block, "server_name") ?? [],
    root: last(block, "root")?.[0] ?? last(http, "root")?.[0] ?? "/etc/nginx/html",
    index: last(block, "index") ?? last(http, "index") ?? ["index.html"],
    accessLog: log?.[0] === "off" ? undefined : (log?.[0] ?? "/var/log/nginx/access.log"),
    match: (path) =>
      direct !== undefined
        ? { ...location({ name: "location", args: ["/"], block }), returns: returned(direct) }
        : matchLocation(locations, path),
  };
}

function returned(args: readonly string[]): { status: number; text: string } {
  const status = Number(args[0]);
  return Number.isNaN(status) ? { status: 302, text: args[0]! } : { status, text: args[1] ?? "" };
}

function location(d: Directive): NginxLocation {
  const block = d.block ?? [];
  const modifier = d.args.length > 1 ? (d.args[0] as NginxLocation["modifier"]) : "";
  const root = last(block, "root")?.[0];
  const alias = last(block, "alias")?.[0];
  const index = last(block, "index");
  const tryFiles = last(block, "try_files");
  const returns = last(block, "return");
  const proxyPass = last(block, "proxy_pass")?.[0];
  const defaultType = last(block, "default_type")?.[0];
  return {
    path: d.args[d.args.length - 1] ?? "/",
    modifier,
    stubStatus: block.some((inner) => inner.name === "stub_status"),
    ...(root !== undefined && { root }),
    ...(alias !== undefined && { alias }),
    ...(index !== undefined && { index }),
    ...(tryFiles !== undefined && { tryFiles }),
    ...(returns !== undefined && { returns: returned(returns) }),
    ...(proxyPass !== undefined && { proxyPass }),
    ...(defaultType !== undefined && { defaultType }),
  };
}

/** nginx's order: exact, longest prefix with ^~, regular expressions, longest prefix. */
function matchLocation(locations: readonly NginxLocation[], path: string): NginxLocation | undefined {
  const exact = locations.find((l) => l.modifier === "=" && l.path === path);
  if (exact !== undefined) return exact;
  const prefixes = locations.filter((l) => (l.modifier === "" || l.modifier === "^~") && path.startsWith(l.path));
  const longest = prefixes.sort((a, b) => b.path.length - a.path.length)[0];
  if (longest?.modifier === "^~") return longest;
  for (const candidate of locations) {
    if (candidate.modifier !== "~" && candidate.modifier !== "~*") continue;
    const regex = compileRegex(candidate.path, { extended: true, perl: true, ignoreCase: candidate.modifier === "~*" });
    if (typeof regex !== "string" && searchRegex(regex, path, 0) !== undefined) return candidate;
  }
  return longest;
}
