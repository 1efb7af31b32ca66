import fs from "node:fs";
import path from "node:path";
import type { JsonObject } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { HelpError } from "../../exit.ts";
import { changed, declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import type { Session } from "../../session.ts";
import { openConfig } from "./config-edit.ts";
import { exactArgs } from "./contexts.ts";

/** Reads a certificate or key to be embedded. Throws "could not stat … file". */
export function embeddable(session: Session, file: string, what: string): string {
  try {
    return fs.readFileSync(path.resolve(session.cwd, file)).toString("base64");
  } catch {
    throw new Error(`could not stat ${what} file ${file}: stat ${file}: no such file or directory`);
  }
}

/** `kubectl config get-clusters` and `get-users`: the names of a section. */
export function getNames(section: "clusters" | "users", what: string): CommandDefinition<undefined> {
  return {
    define: (c) =>
      describeCommand(c, {
        usage: "[flags]",
        long: `Display the ${what} of the kubeconfig.`,
        examples: `kubectl config get-${section}`,
      }),
    complete: () => undefined,
    run: async (session) => {
      const { config } = await openConfig(session);
      const names = [...config[section].keys()].sort();
      session.streams.stdout.write(["NAME", ...names].map((n) => `${n}\n`).join(""));
    },
  };
}

export const getClusters: CommandDefinition<undefined> = getNames("clusters", "clusters");

/** `kubectl config delete-cluster`. */
export const deleteCluster: CommandDefinition<string> = {
  define: (c) =>
    describeCommand(c, {
      usage: "NAME",
      long: "Delete a cluster from the kubeconfig.",
      examples: "kubectl config delete-cluster minikube",
    }),
  complete: (_session, _flags, args) => {
    if (args.length !== 1) throw new HelpError("", 0);
    return args[0]!;
  },
  run: async (session, name) => {
    const edit = await openConfig(session);
    if (edit.entry("clusters", name) === undefined)
      throw new Error(`cannot delete cluster ${name}, not in ${edit.file}`);
    edit.remove("clusters", name);
    edit.save();
    session.streams.stdout.write(`deleted cluster ${name} from ${edit.file}\n`);
  },
};

interface SetCluster {
  readonly name: string;
  readonly server: string | undefined;
  readonly tlsServerName: string | undefined;
  readonly insecure: boolean | undefined;
  readonly certificateAuthority: string | undefined;
  readonly embed: boolean;
  readonly proxyUrl: string | undefined;
}

function modified(session: Session, before: JsonObject, o: SetCluster): JsonObject {
  const cluster: JsonObject = { server: "", ...before };
  if (o.server !== undefined) {
    cluster["server"] = o.server;
    // A name that goes with the old server does not go with the new one.
    if (o.tlsServerName === undefined) delete cluster["tls-server-name"];
  }
  if (o.tlsServerName !== undefined) cluster["tls-server-name"] = o.tlsServerName;
  if (o.insecure !== undefined) {
    cluster["insecure-skip-tls-verify"] = o.insecure;
    if (!o.insecure) delete cluster["insecure-skip-tls-verify"];
    else for (const field of ["certificate-authority", "certificate-authority-data"]) delete cluster[field];
  }
  if (o.certificateAuthority !== undefined) {
    delete cluster["insecure-skip-tls-verify"];
    delete cluster["certificate-authority"];
    delete cluster["certificate-authority-data"];
    if (o.embed)
      cluster["certificate-authority-data"] = embeddable(session, o.certificateAuthority, "certificate-authority");
    else cluster["certificate-authority"] = path.resolve(session.cwd, o.certificateAuthority);
  }
  if (o.proxyUrl !== undefined) cluster["proxy-url"] = o.proxyUrl;
  return cluster;
}

/** `kubectl config set-cluster`. Mirrors config/set_cluster.go. */
export const setCluster: CommandDefinition<SetCluster> = {
  define: (c) => {
    describeCommand(c, {
      usage:
        "NAME [--server=server] [--certificate-authority=path/to/certificate/authority] [--insecure-skip-tls-verify=true] [--tls-server-name=example.com]",
      long: "Set a cluster entry in kubeconfig. Fields of an entry that exists are kept where nothing new is given.",
      examples: "# Only the server\nkubectl config set-cluster e2e --server=https://1.2.3.4",
    });
    declareFlags(
      c,
      flag.string("certificate-authority", "File with the certificate authority's certificate."),
      flag.bool("embed-certs", "Put the certificate into the kubeconfig."),
      flag.bool("insecure-skip-tls-verify", "Do not verify the server's certificate."),
      flag.string("proxy-url", "Proxy to the cluster."),
      flag.string("server", "The server's URL."),
      flag.string("tls-server-name", "Name that the server's certificate must be for."),
    );
  },
  complete: (_session, flags, args) => {
    exactArgs(args, 1);
    const given = (name: string, key = name): any => (changed(flags, name) ? flags[key] : undefined);
    return {
      name: args[0]!,
      server: given("server"),
      tlsServerName: given("tls-server-name", "tlsServerName"),
      insecure: given("insecure-skip-tls-verify", "insecureSkipTlsVerify"),
      certificateAuthority: given("certificate-authority", "certificateAuthority"),
      embed: flags["embedCerts"],
      proxyUrl: given("proxy-url", "proxyUrl"),
    };
  },
  validate: (o) => {
    if (o.name === "") throw new Error("you must specify a non-empty cluster name");
    if (o.insecure === true && o.certificateAuthority)
      throw new Error("you cannot specify a certificate authority and insecure mode at the same time");
    if (o.embed && !o.certificateAuthority) throw new Error("you must specify a --certificate-authority to embed");
  },
  run: async (session, o) => {
    const edit = await openConfig(session);
    edit.put("clusters", o.name, modified(session, edit.entry("clusters", o.name)?.value ?? {}, o));
    edit.save();
    session.streams.stdout.write(`Cluster ${JSON.stringify(o.name)} set.\n`);
  },
};
