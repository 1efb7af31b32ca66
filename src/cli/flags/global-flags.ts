import { type FlagSpec, flag } from "./flag.ts";

/** The flags that every command takes, as `kubectl options` lists them. `home` is the user's directory, for the cache's default. */
export function globalFlags(home: string): readonly FlagSpec[] {
  return [
    flag.string("as", "User to act as; a service account is given as system:serviceaccount:NAMESPACE:NAME."),
    flag.array("as-group", "Group to act as; may be given several times."),
    flag.string("as-uid", "UID to act as."),
    flag.string(
      "cache-dir",
      "Directory of kubectl's discovery cache. This program keeps none: it asks the server every time.",
      { default: `${home}/.kube/cache` },
    ),
    flag.string("certificate-authority", "File with the certificate authority's certificate."),
    flag.string("client-certificate", "File with the client certificate for TLS."),
    flag.string("client-key", "File with the client key for TLS."),
    flag.string("cluster", "Name of the kubeconfig cluster to talk to."),
    flag.string("context", "Name of the kubeconfig context to use."),
    flag.bool("disable-compression", "Ask the server not to compress its responses."),
    flag.bool("insecure-skip-tls-verify", "Do not verify the server's certificate. Connections are then insecure."),
    flag.string("kubeconfig", "The kubeconfig file to use."),
    flag.goDuration(
      "log-flush-frequency",
      "Longest time between two flushes of the log. This program writes every line at once.",
      { default: "5s" },
    ),
    flag.bool("match-server-version", "Refuse a server whose version differs from the client's."),
    flag.string("namespace", "Namespace of this request.", { short: "n" }),
    flag.string("password", "Password for basic authentication."),
    flag.string("profile", "Profile to capture: none, cpu, heap, goroutine, threadcreate, block or mutex.", {
      default: "none",
    }),
    flag.string("profile-output", "File that the profile is written to.", { default: "profile.pprof" }),
    flag.string("request-timeout", "How long to wait for one answer of the server (1s, 2m, 3h); 0 waits for ever.", {
      default: "0",
    }),
    flag.string("server", "Address and port of the API server.", { short: "s" }),
    flag.string("tls-server-name", "Name that the server's certificate must be for, where it is not the host's."),
    flag.string("token", "Bearer token for authentication."),
    flag.string("user", "Name of the kubeconfig user to use."),
    flag.string("username", "Username for basic authentication."),
    flag.level("v", "Verbosity of the log.", { short: "v" }),
    flag.vmodule("vmodule", "Comma-separated PATTERN=N pairs that set the verbosity by file."),
    flag.bool("warnings-as-errors", "Treat the server's warnings as errors, with a non-zero exit code."),
  ];
}

/** The flag that asks for help; every command has it. */
export const helpFlag: FlagSpec = flag.bool("help", "Help for this command.", { short: "h", hidden: true });
