import type { DnsRecord, OutsideAnswer } from "../../runtime/machine/outside.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { type Applet, complain, isGnu, print } from "./lib.ts";
import { isAddress, resolvConf, resolve, searchList } from "./net-lib.ts";

const reverseName = (ip: string): string => `${ip.split(".").reverse().join(".")}.in-addr.arpa`;

function* query(process: Process, server: string, name: string, type: string): Run<OutsideAnswer> {
  return yield* process.ask({ kind: "dns", server, name, type });
}

function* serverAddress(process: Process, given: string | undefined): Run<string | undefined> {
  if (given === undefined) return resolvConf(process).servers[0] ?? "127.0.0.1";
  const found = yield* resolve(process, given);
  return "ip" in found ? found.ip : undefined;
}

const noServer = (server: string): string =>
  `;; connection timed out; no servers could be reached\n${server === "" ? "" : "\n"}`;

/** nslookup: busybox asks each name of the search list and prints all; the tool of bind-utils stops at the first answer. */
export const nslookup: Applet = (process, args) => lookUp(process, args, isGnu(process));

/** nslookup of bind-tools, as Alpine images install it. */
export const bindNslookup: Applet = (process, args) => lookUp(process, args, true);

function* lookUp(process: Process, args: readonly string[], bind: boolean): Run {
  const type = args
    .find((arg) => /^-(type|query|q)=/i.test(arg))
    ?.split("=")[1]
    ?.toUpperCase();
  const [host, given] = args.filter((arg) => !arg.startsWith("-"));
  if (host === undefined) {
    yield* process.write(
      2,
      bind
        ? "nslookup: interactive mode is not simulated\n"
        : "BusyBox v1.36.1 multi-call binary.\n\nUsage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n",
    );
    return 1;
  }
  const server = yield* serverAddress(process, given);
  if (server === undefined) {
    yield* complain(
      process,
      "nslookup",
      bind ? `couldn't get address for '${given}': not found` : `bad address '${given}'`,
    );
    return 1;
  }
  if (bind) return yield* bindLookup(process, host, server, type);
  const minor = Number(process.container.flavor.version?.split(".")[1] ?? 99);
  return yield* minor <= 28 ? oldLookup(process, host, server) : busyboxLookup(process, host, server, type);
}

const header = (server: string, busybox: boolean): string =>
  busybox ? `Server:\t\t${server}\nAddress:\t${server}:53\n\n` : `Server:\t\t${server}\nAddress:\t${server}#53\n\n`;

function show(record: DnsRecord, busybox: boolean): string {
  if (record.type === "A" || record.type === "AAAA") return `Name:\t${record.name}\nAddress: ${record.data}\n`;
  if (record.type === "CNAME") return `${record.name}\tcanonical name = ${record.data}${busybox ? "" : "."}\n`;
  if (record.type === "PTR") return `${record.name}\tname = ${record.data}${busybox ? "" : "."}\n`;
  return record.type === "SRV"
    ? `${record.name}\tservice = ${record.data}\n`
    : `${record.name}\ttext = "${record.data}"\n`;
}

/** Up to 1.28 nslookup asked the C library and showed names for addresses. */
function* oldLookup(process: Process, host: string, server: string): Run {
  const reverse = function* (ip: string): Run<string> {
    const answer = yield* query(process, server, reverseName(ip), "PTR");
    const name = answer.kind === "dns" ? answer.records[0]?.data : undefined;
    return name === undefined ? "" : ` ${name}`;
  };
  yield* print(process, `Server:    ${server}\nAddress 1: ${server}${yield* reverse(server)}\n\n`);
  const found = yield* resolve(process, host);
  if (!("ip" in found)) {
    yield* process.write(2, `nslookup: can't resolve '${host}'\n`);
    return 1;
  }
  yield* print(process, `Name:      ${host}\n`);
  const answer = isAddress(host) ? undefined : yield* query(process, server, found.name, "A");
  const ips =
    answer?.kind === "dns" && answer.records.length > 0
      ? answer.records.filter((r) => r.type === "A").map((r) => r.data)
      : [found.ip];
  for (const [i, ip] of ips.entries()) yield* print(process, `Address ${i + 1}: ${ip}${yield* reverse(ip)}\n`);
  return 0;
}

/** Since 1.30: names with a dot are asked as they are, others below each search domain and nowhere else; one paragraph an answer. Mirrors networking/nslookup.c send_queries. */
function* busyboxLookup(process: Process, host: string, server: string, type: string | undefined): Run {
  const reverse = isAddress(host);
  const { searches } = resolvConf(process);
  const plain = reverse || host.includes(".") || searches.length === 0;
  const names = reverse ? [reverseName(host)] : plain ? [host] : searches.map((domain) => `${host}.${domain}`);
  const types = type !== undefined ? [type] : reverse ? ["PTR"] : ["A", "AAAA"];
  let text = "";
  let status = 0;
  for (const kind of types)
    for (const name of names) {
      const answer = yield* query(process, server, name.replace(/\.$/, ""), kind);
      if (answer.kind === "failed") {
        if (answer.why === "timeout") yield* process.sleep(10_000);
        yield* process.write(1, noServer(server));
        return 1;
      }
      if (answer.kind !== "dns") continue;
      if (answer.code !== "NOERROR") {
        text += `** server can't find ${name}: ${answer.code}\n\n`;
        status = 1;
      } else text += `${answer.records.map((record) => show(record, true)).join("")}\n`;
    }
  yield* print(process, header(server, true) + text);
  return status;
}

function* bindLookup(process: Process, host: string, server: string, type: string | undefined): Run {
  const reverse = isAddress(host);
  let code = "NXDOMAIN";
  for (const name of reverse ? [reverseName(host)] : searchList(process, host)) {
    const answer = yield* query(process, server, name, reverse ? "PTR" : (type ?? "A"));
    if (answer.kind === "failed") {
      if (answer.why === "timeout") yield* process.sleep(15_000);
      yield* process.write(1, noServer(server));
      return 1;
    }
    if (answer.kind !== "dns") continue;
    code = answer.code;
    if (answer.code !== "NOERROR") continue;
    if (answer.records.length === 0) {
      yield* print(process, `${header(server, false)}*** Can't find ${name}: No answer\n\n`);
      return 0;
    }
    yield* print(process, `${header(server, false)}${answer.records.map((record) => show(record, false)).join("")}\n`);
    return 0;
  }
  yield* print(process, `${header(server, false)}** server can't find ${host}: ${code}\n\n`);
  return 1;
}

/** dig: full names unless +search, answer section or +short. */
export const dig: Applet = function* (process, args): Run {
  const flags = args.filter((arg) => arg.startsWith("+"));
  const given = args.find((arg) => arg.startsWith("@"))?.slice(1);
  const reverseAt = args.indexOf("-x");
  const words = args.filter((arg, i) => !/^[+@-]/.test(arg) && !(reverseAt >= 0 && i === reverseAt + 1));
  const type =
    words.find((word) => /^(A|AAAA|SRV|CNAME|PTR|TXT|NS|SOA|ANY|MX)$/i.test(word))?.toUpperCase() ??
    (reverseAt >= 0 ? "PTR" : "A");
  const host =
    reverseAt >= 0
      ? reverseName(args[reverseAt + 1] ?? "")
      : (words.find((word) => word.toUpperCase() !== type && word.toUpperCase() !== "IN") ?? ".");
  const server = yield* serverAddress(process, given);
  if (server === undefined) {
    yield* complain(process, "dig", `couldn't get address for '${given}': not found`);
    return 10;
  }
  const names = flags.includes("+search") ? searchList(process, host) : [host.replace(/\.$/, "")];
  let answer: OutsideAnswer | undefined;
  for (const name of names) {
    answer = yield* query(process, server, name, type);
    if (answer.kind === "dns" && answer.code === "NOERROR") break;
  }
  if (answer === undefined || answer.kind !== "dns") {
    yield* process.sleep(15_000);
    yield* print(process, `;; communications error to ${server}#53: timed out\n;; no servers could be reached\n`);
    return 9;
  }
  yield* print(
    process,
    flags.includes("+short")
      ? answer.records.map((r) => `${r.data}${/CNAME|PTR|SRV/.test(r.type) ? "." : ""}\n`).join("")
      : digText(process, host, type, server, answer, flags),
  );
  return 0;
};

function digText(
  process: Process,
  host: string,
  type: string,
  server: string,
  answer: OutsideAnswer & { kind: "dns" },
  flags: readonly string[],
): string {
  const rows = answer.records.map(
    (r) => `${`${r.name}.`.padEnd(23)} ${r.ttl}\tIN\t${r.type}\t${r.data}${/CNAME|PTR|SRV/.test(r.type) ? "." : ""}\n`,
  );
  const section = rows.length > 0 ? `;; ANSWER SECTION:\n${rows.join("")}\n` : "";
  if (flags.includes("+noall") && flags.includes("+answer")) return rows.join("");
  const id = 10_000 + Math.floor(process.machine.chance(`dig/${host}/${process.pid}`) * 50_000);
  return `\n; <<>> DiG 9.18.28 <<>> ${process.argv.slice(1).join(" ")}\n;; global options: +cmd\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: ${answer.code}, id: ${id}\n;; flags: qr aa rd; QUERY: 1, ANSWER: ${rows.length}, AUTHORITY: 0, ADDITIONAL: 1\n\n;; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n;; QUESTION SECTION:\n;${`${host.replace(/\.$/, "")}.`.padEnd(22)}\tIN\t${type}\n\n${section};; Query time: ${Math.round(answer.ms)} msec\n;; SERVER: ${server}#53(${server}) (UDP)\n;; WHEN: now\n;; MSG SIZE  rcvd: ${60 + rows.join("").length}\n\n`;
}

/** host */
export const hostApplet: Applet = function* (process, args): Run {
  const [name = "", given] = args.filter((arg) => !arg.startsWith("-"));
  const server = yield* serverAddress(process, given);
  const reverse = isAddress(name);
  for (const candidate of reverse ? [reverseName(name)] : searchList(process, name)) {
    const answer = yield* query(process, server ?? "", candidate, reverse ? "PTR" : "A");
    if (answer.kind === "failed") {
      yield* print(process, ";; connection timed out; no servers could be reached\n");
      return 1;
    }
    if (answer.kind !== "dns" || answer.code !== "NOERROR" || answer.records.length === 0) continue;
    yield* print(
      process,
      answer.records
        .map((r) =>
          r.type === "PTR"
            ? `${r.name} domain name pointer ${r.data}.\n`
            : r.type === "CNAME"
              ? `${r.name} is an alias for ${r.data}.\n`
              : `${r.name} has address ${r.data}\n`,
        )
        .join(""),
    );
    return 0;
  }
  yield* print(process, `Host ${reverse ? `${reverseName(name)}.` : name} not found: 3(NXDOMAIN)\n`);
  return 1;
};

/** getent hosts NAME and getent passwd. */
export const getent: Applet = function* (process, args): Run {
  const [database, key] = args;
  if (database === "hosts" || database === "ahosts") {
    const found = yield* resolve(process, key ?? "");
    if (!("ip" in found)) return 2;
    yield* print(process, `${found.ip.padEnd(15)} ${found.name}\n`);
    return 0;
  }
  const node = process.container.fs.peek(database === "group" ? "/etc/group" : "/etc/passwd");
  const lines = node?.type === "file" ? node.content.split("\n").filter((line) => line !== "") : [];
  const hits =
    key === undefined ? lines : lines.filter((line) => line.split(":")[0] === key || line.split(":")[2] === key);
  if (hits.length === 0) return 2;
  yield* print(process, `${hits.join("\n")}\n`);
  return 0;
};
