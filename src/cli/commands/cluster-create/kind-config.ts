import { Ajv } from "ajv";
import { parse } from "yaml";
import type { NodeRole } from "../../../cluster/create-cluster.ts";
import { ExitError } from "../../exit.ts";

/** What drykube honours of a kind configuration. */
export interface KindConfig {
  readonly name?: string;
  readonly nodes?: readonly NodeRole[];
  readonly podCidr?: string;
  readonly serviceCidr?: string;
}

const CIDR = { type: "string", pattern: "^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$", maxLength: 18 };

/** kind.x-k8s.io/v1alpha4, as far as it means something without Docker: mounts, images and port mappings are accepted and have no effect on a simulated node. */
const SCHEMA = {
  type: "object",
  required: ["kind", "apiVersion"],
  additionalProperties: false,
  properties: {
    kind: { const: "Cluster" },
    apiVersion: { const: "kind.x-k8s.io/v1alpha4" },
    name: { type: "string", pattern: "^[a-z0-9.-]+$" },
    nodes: {
      type: "array",
      minItems: 1,
      maxItems: 100,
      items: {
        type: "object",
        additionalProperties: false,
        properties: {
          role: { enum: ["control-plane", "worker"] },
          labels: { type: "object", additionalProperties: { type: "string" } },
          image: { type: "string" },
          extraMounts: { type: "array" },
          extraPortMappings: { type: "array" },
          kubeadmConfigPatches: { type: "array" },
          kubeadmConfigPatchesJSON6902: { type: "array" },
        },
      },
    },
    networking: {
      type: "object",
      additionalProperties: false,
      properties: {
        podSubnet: CIDR,
        serviceSubnet: CIDR,
        ipFamily: { const: "ipv4" },
        apiServerAddress: { type: "string" },
        apiServerPort: { type: "integer" },
        disableDefaultCNI: { type: "boolean" },
        kubeProxyMode: { type: "string" },
        dnsSearch: { type: "array" },
      },
    },
    featureGates: { type: "object" },
    runtimeConfig: { type: "object" },
    kubeadmConfigPatches: { type: "array" },
    kubeadmConfigPatchesJSON6902: { type: "array" },
    containerdConfigPatches: { type: "array" },
    containerdConfigPatchesJSON6902: { type: "array" },
  },
};

/** Reads a kind configuration. Throws ExitError that names what is wrong and where. */
export function readKindConfig(text: string, file: string): KindConfig {
  let document: any;
  try {
    document = parse(text, { maxAliasCount: 100 });
  } catch (error) {
    throw new ExitError(`error: ${file}: ${(error as Error).message.split("\n")[0]}`);
  }
  const problems = problemsOf(document);
  if (problems.length > 0)
    throw new ExitError(`error: ${file} is not a valid kind configuration: ${problems.join("; ")}`);
  const nodes = (document.nodes as Partial<NodeRole>[] | undefined)?.map((node) => ({
    role: node.role ?? "control-plane",
    ...(node.labels ? { labels: node.labels } : {}),
  }));
  if (nodes !== undefined && !nodes.some((node) => node.role === "control-plane"))
    throw new ExitError(`error: ${file} is not a valid kind configuration: must have at least one control-plane node`);
  return {
    ...(document.name ? { name: document.name } : {}),
    ...(nodes ? { nodes } : {}),
    ...(document.networking?.podSubnet ? { podCidr: document.networking.podSubnet } : {}),
    ...(document.networking?.serviceSubnet ? { serviceCidr: document.networking.serviceSubnet } : {}),
  };
}

function problemsOf(document: unknown): string[] {
  const validate = new Ajv({ allErrors: true }).compile(SCHEMA);
  validate(document);
  return [...new Set((validate.errors ?? []).map((e) => `${e.instancePath || "/"} ${e.message}`))];
}
