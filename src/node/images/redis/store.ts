/** The keys of a Redis server, and the commands that people try. Replies are in RESP. */

type Value =
  | { kind: "string"; text: string }
  | { kind: "list"; items: string[] }
  | { kind: "hash"; fields: Map<string, string> }
  | { kind: "set"; members: Set<string> };

interface Entry {
  value: Value;
  expiresAt?: number | undefined;
}

const simple = (text: string): string => `+${text}\r\n`;
const error = (text: string): string => `-${text}\r\n`;
const integer = (n: number): string => `:${n}\r\n`;
const bulk = (text: string | undefined): string => (text === undefined ? "$-1\r\n" : `$${text.length}\r\n${text}\r\n`);
const array = (items: readonly string[]): string => `*${items.length}\r\n${items.map(bulk).join("")}`;
const WRONG_TYPE = error("WRONGTYPE Operation against a key holding the wrong kind of value");

export class RedisStore {
  private readonly entries = new Map<string, Entry>();
  private readonly settings = new Map(Object.entries(DEFAULTS));
  private readonly now: () => number;

  constructor(now: () => number, settings: ReadonlyMap<string, string>) {
    this.now = now;
    for (const [name, value] of settings) this.configure(name, value);
  }

  private get password(): string | undefined {
    return this.settings.get("requirepass") || undefined;
  }

  /** Sets a directive; sizes are kept in bytes. False where there is no such one. */
  configure(name: string, value: string): boolean {
    const key = name.toLowerCase();
    if (!this.settings.has(key)) return false;
    this.settings.set(key, SIZES.has(key) ? bytesOf(value) : value);
    return true;
  }

  /** The directives whose names match a glob, as CONFIG GET lists them: name, value, name, value. */
  configuration(pattern: string): string[] {
    const matches = new RegExp(
      `^${pattern
        .toLowerCase()
        .replace(/[^a-z0-9*?-]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".")}$`,
    );
    return [...this.settings].filter(([name]) => matches.test(name)).flat();
  }

  /** Runs one command; `session` holds whether the connection has authenticated. */
  run(argv: readonly string[], session: { authenticated: boolean }): string {
    const name = (argv[0] ?? "").toLowerCase();
    if (name === "auth") {
      if (this.password === undefined)
        return error(
          "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
        );
      session.authenticated = argv[argv.length - 1] === this.password;
      return session.authenticated
        ? simple("OK")
        : error("WRONGPASS invalid username-password pair or user is disabled.");
    }
    if (this.password !== undefined && !session.authenticated && name !== "quit" && name !== "hello")
      return error("NOAUTH Authentication required.");
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined)
      return error(
        `ERR unknown command '${argv[0]}', with args beginning with: ${argv
          .slice(1)
          .map((arg) => `'${arg}' `)
          .join("")}`,
      );
    if (argv.length - 1 < command.least) return error(`ERR wrong number of arguments for '${name}' command`);
    return command.run(this, argv.slice(1));
  }

  get(key: string): Value | undefined {
    const entry = this.entries.get(key);
    if (entry?.expiresAt !== undefined && entry.expiresAt <= this.now()) {
      this.entries.delete(key);
      return undefined;
    }
    return entry?.value;
  }

  set(key: string, value: Value, ttlMs?: number): void {
    if (this.entries.size > 50_000) return;
    this.entries.set(key, { value, expiresAt: ttlMs === undefined ? undefined : this.now() + ttlMs });
  }

  delete(key: string): boolean {
    return this.get(key) !== undefined && this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
  }

  keys(): string[] {
    return [...this.entries.keys()].filter((key) => this.get(key) !== undefined);
  }

  expire(key: string, ms: number): boolean {
    const entry = this.get(key) === undefined ? undefined : this.entries.get(key);
    if (entry !== undefined) entry.expiresAt = this.now() + ms;
    return entry !== undefined;
  }

  /** Milliseconds to live; -1 without an end, -2 without a key. */
  ttl(key: string): number {
    if (this.get(key) === undefined) return -2;
    const { expiresAt } = this.entries.get(key)!;
    return expiresAt === undefined ? -1 : expiresAt - this.now();
  }

  info(section: string): string {
    const lines =
      section === "replication"
        ? ["# Replication", "role:master", "connected_slaves:0"]
        : [
            "# Server",
            "redis_version:7.4.1",
            "redis_mode:standalone",
            "os:Linux 6.8.0-45-generic x86_64",
            "tcp_port:6379",
            "# Keyspace",
            ...(this.keys().length > 0 ? [`db0:keys=${this.keys().length},expires=0,avg_ttl=0`] : []),
          ];
    return bulk(`${lines.join("\r\n")}\r\n`);
  }
}

interface Command {
  readonly least: number;
  readonly run: (store: RedisStore, args: readonly string[]) => string;
}

function increment(store: RedisStore, key: string, by: number): string {
  const value = store.get(key);
  if (value !== undefined && value.kind !== "string") return WRONG_TYPE;
  const old = value?.text ?? "0";
  if (!/^-?\d{1,15}$/.test(old)) return error("ERR value is not an integer or out of range");
  const ttl = store.ttl(key);
  store.set(key, { kind: "string", text: String(Number(old) + by) }, ttl > 0 ? ttl : undefined);
  return integer(Number(old) + by);
}

function list(store: RedisStore, key: string): { items: string[] } | undefined {
  const value = store.get(key);
  if (value === undefined) return { items: [] };
  return value.kind === "list" ? value : undefined;
}

function push(store: RedisStore, key: string, items: readonly string[], left: boolean): string {
  const found = list(store, key);
  if (found === undefined) return WRONG_TYPE;
  const next = left ? [...[...items].reverse(), ...found.items] : [...found.items, ...items];
  store.set(key, { kind: "list", items: next.slice(0, 10_000) });
  return integer(next.length);
}

function glob(pattern: string, text: string): boolean {
  if (pattern === "*") return true;
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === text;
  return (
    text.length >= pattern.length - 1 &&
    text.startsWith(pattern.slice(0, star)) &&
    text.endsWith(pattern.slice(star + 1))
  );
}

function setCommand(store: RedisStore, args: readonly string[]): string {
  const flags = args.slice(2).map((arg) => arg.toUpperCase());
  const exists = store.get(args[0]!) !== undefined;
  if ((flags.includes("NX") && exists) || (flags.includes("XX") && !exists)) return bulk(undefined);
  const ex = flags.indexOf("EX");
  const px = flags.indexOf("PX");
  const ttl = ex >= 0 ? Number(flags[ex + 1]) * 1000 : px >= 0 ? Number(flags[px + 1]) : undefined;
  if (ttl !== undefined && !(ttl > 0)) return error("ERR value is not an integer or out of range");
  store.set(args[0]!, { kind: "string", text: args[1]! }, ttl);
  return simple("OK");
}

function range(items: readonly string[], from: string, to: string): string {
  const at = (n: number): number => (n < 0 ? items.length + n : n);
  return array(items.slice(Math.max(0, at(Number(from))), at(Number(to)) + 1));
}

function hash(store: RedisStore, key: string): Map<string, string> | undefined {
  const value = store.get(key);
  if (value === undefined) return new Map();
  return value.kind === "hash" ? value.fields : undefined;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  ping: { least: 0, run: (_, [text]) => (text === undefined ? simple("PONG") : bulk(text)) },
  echo: { least: 1, run: (_, [text]) => bulk(text) },
  quit: { least: 0, run: () => simple("OK") },
  select: { least: 1, run: () => simple("OK") },
  command: { least: 0, run: () => "*0\r\n" },
  info: { least: 0, run: (store, [section = "server"]) => store.info(section.toLowerCase()) },
  config: { least: 1, run: configCommand },
  role: { least: 0, run: () => `*3\r\n${bulk("master")}:0\r\n*0\r\n` },
  set: { least: 2, run: setCommand },
  setnx: {
    least: 2,
    run: (store, args) => (setCommand(store, [args[0]!, args[1]!, "NX"]).startsWith("+") ? integer(1) : integer(0)),
  },
  setex: { least: 3, run: (store, [key, seconds, text]) => setCommand(store, [key!, text!, "EX", seconds!]) },
  get: {
    least: 1,
    run: (store, [key]) =>
      (store.get(key!)?.kind ?? "string") === "string"
        ? bulk((store.get(key!) as { text: string } | undefined)?.text)
        : WRONG_TYPE,
  },
  mset: {
    least: 2,
    run: (store, args) => {
      for (let i = 0; i + 1 < args.length; i += 2) setCommand(store, [args[i]!, args[i + 1]!]);
      return simple("OK");
    },
  },
  mget: {
    least: 1,
    run: (store, args) =>
      `*${args.length}\r\n${args.map((key) => bulk((store.get(key) as { text?: string } | undefined)?.text)).join("")}`,
  },
  append: {
    least: 2,
    run: (store, [key, text]) => {
      const old = store.get(key!);
      if (old !== undefined && old.kind !== "string") return WRONG_TYPE;
      const next = (old?.text ?? "") + text!;
      store.set(key!, { kind: "string", text: next });
      return integer(next.length);
    },
  },
  strlen: {
    least: 1,
    run: (store, [key]) => integer((store.get(key!) as { text?: string } | undefined)?.text?.length ?? 0),
  },
  incr: { least: 1, run: (store, [key]) => increment(store, key!, 1) },
  decr: { least: 1, run: (store, [key]) => increment(store, key!, -1) },
  incrby: { least: 2, run: (store, [key, by]) => increment(store, key!, Number(by) || 0) },
  decrby: { least: 2, run: (store, [key, by]) => increment(store, key!, -(Number(by) || 0)) },
  del: { least: 1, run: (store, args) => integer(args.filter((key) => store.delete(key)).length) },
  exists: { least: 1, run: (store, args) => integer(args.filter((key) => store.get(key) !== undefined).length) },
  keys: { least: 1, run: (store, [pattern]) => array(store.keys().filter((key) => glob(pattern!, key))) },
  scan: { least: 1, run: (store) => `*2\r\n${bulk("0")}${array(store.keys())}` },
  dbsize: { least: 0, run: (store) => integer(store.keys().length) },
  flushall: {
    least: 0,
    run: (store) => {
      store.clear();
      return simple("OK");
    },
  },
  flushdb: {
    least: 0,
    run: (store) => {
      store.clear();
      return simple("OK");
    },
  },
  type: { least: 1, run: (store, [key]) => simple(store.get(key!)?.kind ?? "none") },
  expire: { least: 2, run: (store, [key, seconds]) => integer(store.expire(key!, Number(seconds) * 1000) ? 1 : 0) },
  ttl: {
    least: 1,
    run: (store, [key]) => integer(Math.ceil(store.ttl(key!) < 0 ? store.ttl(key!) : store.ttl(key!) / 1000)),
  },
  lpush: { least: 2, run: (store, [key, ...items]) => push(store, key!, items, true) },
  rpush: { least: 2, run: (store, [key, ...items]) => push(store, key!, items, false) },
  llen: { least: 1, run: (store, [key]) => integer(list(store, key!)?.items.length ?? 0) },
  lrange: { least: 3, run: (store, [key, from, to]) => range(list(store, key!)?.items ?? [], from!, to!) },
  lpop: { least: 1, run: (store, [key]) => bulk(list(store, key!)?.items.shift()) },
  rpop: { least: 1, run: (store, [key]) => bulk(list(store, key!)?.items.pop()) },
  hset: {
    least: 3,
    run: (store, [key, ...pairs]) => {
      const fields = hash(store, key!);
      if (fields === undefined) return WRONG_TYPE;
      let added = 0;
      for (let i = 0; i + 1 < pairs.length; i += 2) {
        if (!fields.has(pairs[i]!)) added++;
        fields.set(pairs[i]!, pairs[i + 1]!);
      }
      store.set(key!, { kind: "hash", fields });
      return integer(added);
    },
  },
  hget: { least: 2, run: (store, [key, field]) => bulk(hash(store, key!)?.get(field!)) },
  hgetall: { least: 1, run: (store, [key]) => array([...(hash(store, key!) ?? [])].flat()) },
  sadd: {
    least: 2,
    run: (store, [key, ...items]) => {
      const value = store.get(key!) ?? { kind: "set" as const, members: new Set<string>() };
      if (value.kind !== "set") return WRONG_TYPE;
      const before = value.members.size;
      for (const item of items) value.members.add(item);
      store.set(key!, value);
      return integer(value.members.size - before);
    },
  },
  smembers: {
    least: 1,
    run: (store, [key]) => {
      const value = store.get(key!);
      return value === undefined ? "*0\r\n" : value.kind === "set" ? array([...value.members]) : WRONG_TYPE;
    },
  },
  save: { least: 0, run: () => simple("OK") },
  bgsave: { least: 0, run: () => simple("Background saving started") },
};

function configCommand(store: RedisStore, args: readonly string[]): string {
  const [action = "", ...rest] = args;
  if (action.toLowerCase() === "get") return array(rest.flatMap((pattern) => store.configuration(pattern)));
  if (action.toLowerCase() !== "set") return simple("OK");
  if (rest.length === 0 || rest.length % 2 === 1)
    return error("ERR wrong number of arguments for 'config|set' command");
  for (let i = 0; i < rest.length; i += 2)
    if (!store.configure(rest[i]!, rest[i + 1]!))
      return error(`ERR Unknown option or number of arguments for CONFIG SET - '${rest[i]}'`);
  return simple("OK");
}

const DEFAULTS: Readonly<Record<string, string>> = {
  appendfsync: "everysec",
  appendonly: "no",
  bind: "* -::*",
  "cluster-enabled": "no",
  databases: "16",
  dbfilename: "dump.rdb",
  dir: "/data",
  logfile: "",
  loglevel: "notice",
  masterauth: "",
  maxclients: "10000",
  maxmemory: "0",
  "maxmemory-policy": "noeviction",
  port: "6379",
  "protected-mode": "no",
  replicaof: "",
  requirepass: "",
  save: "3600 1 300 100 60 10000",
  timeout: "0",
};

/** Directives that hold a number of bytes. */
const SIZES: ReadonlySet<string> = new Set(["maxmemory"]);
const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1_000_000,
  mb: 1024 ** 2,
  g: 1_000_000_000,
  gb: 1024 ** 3,
};

function bytesOf(text: string): string {
  const match = /^(\d{1,15})(b|kb?|mb?|gb?|)$/i.exec(text);
  return match === null ? text : String(Number(match[1]) * UNITS[match[2]!.toLowerCase()]!);
}

/** Reads commands off a byte stream: RESP arrays, or words on a line. */
export function takeCommands(text: string): { commands: string[][]; rest: string } {
  const commands: string[][] = [];
  let rest = text;
  for (;;) {
    if (rest.startsWith("*")) {
      const parsed = takeArray(rest);
      if (parsed === undefined) return { commands, rest };
      commands.push(parsed.items);
      rest = parsed.rest;
      continue;
    }
    const end = rest.indexOf("\n");
    if (end < 0) return { commands, rest };
    const words = splitWords(rest.slice(0, end));
    if (words.length > 0) commands.push(words);
    rest = rest.slice(end + 1);
  }
}

function takeArray(text: string): { items: string[]; rest: string } | undefined {
  const head = /^\*(\d{1,5})\r\n/.exec(text);
  if (head === null) return undefined;
  let at = head[0].length;
  const items: string[] = [];
  for (let i = 0; i < Number(head[1]); i++) {
    const size = /^\$(\d{1,8})\r\n/.exec(text.slice(at, at + 16));
    if (size === null) return undefined;
    at += size[0].length;
    if (text.length < at + Number(size[1]) + 2) return undefined;
    items.push(text.slice(at, at + Number(size[1])));
    at += Number(size[1]) + 2;
  }
  return { items, rest: text.slice(at) };
}

/** Words of a line, with quotes. */
export function splitWords(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(
    (m) => m[1]?.replace(/\\(.)/g, "$1") ?? m[2] ?? m[3] ?? "",
  );
}
