import { flag } from "../../flags/flag.ts";
import { type GenerateOptions, type Generator, generatorCommand } from "../../generate/generator.ts";
import { ingressSpec, RULE } from "./ingress-spec.ts";

function annotationsOf(specs: readonly string[]): Record<string, string> {
  return Object.fromEntries(specs.map((s) => [s.slice(0, s.indexOf("=")), s.slice(s.indexOf("=") + 1)]));
}

function validate({ flags }: GenerateOptions): void {
  if (flags["defaultBackend"] === "" && flags["rule"].length === 0)
    throw new Error(
      "not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)",
    );
  for (const rule of flags["rule"] as readonly string[])
    if (!RULE.test(rule))
      throw new Error(`rule ${rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`);
  for (const annotation of flags["annotation"] as readonly string[])
    if (!annotation.includes("="))
      throw new Error(`annotation ${annotation} is invalid and should be in format key=[value]`);
  const backend: string = flags["defaultBackend"];
  if (backend !== "" && backend.split(":").length !== 2)
    throw new Error("default-backend should be in format servicename:serviceport");
}

const generator: Generator = {
  path: "create ingress",
  text: {
    usage: "NAME --rule=host/path=service:port[,tls[=secret]] ",
    long: "Create an ingress.",
    examples: `
# Requests for foo.com/bar go to svc1:8080, with TLS of the secret my-cert
kubectl create ingress simple --rule="foo.com/bar=svc1:8080,tls=my-cert"

# Everything under a path
kubectl create ingress ingress1 --class=default --rule="foo.com/path*=svc:8080"

# A default backend
kubectl create ingress ingdefault --class=default --default-backend=defaultsvc:http --rule="foo.com/*=svc:8080,tls=secret1"`,
  },
  flags: [
    flag.array("annotation", "Annotation KEY=VALUE; may be given several times."),
    flag.string("class", "The ingress class."),
    flag.string("default-backend", "Backend of what no rule matches, as SERVICE:PORT."),
    flag.array("rule", "Rule HOST/PATH=SERVICE:PORT[,tls[=SECRET]]; a '*' at the path's end means all below."),
  ],
  resource: { group: "networking.k8s.io", version: "v1", resource: "ingresses", namespaced: true },
  failure: "failed to create ingress:",
  validate,
  generate: ({ name, flags }) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name, annotations: annotationsOf(flags["annotation"]) },
    spec: ingressSpec({
      className: flags["class"],
      defaultBackend: flags["defaultBackend"],
      rules: flags["rule"],
    }),
  }),
};

/** `kubectl create ingress`. Mirrors kubectl/pkg/cmd/create/create_ingress.go. */
export const command = generatorCommand(generator);
