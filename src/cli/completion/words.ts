import type { ApiResource } from "../../client/rest-mapper.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { qualifiedResource } from "../resources/info.ts";
import type { Session } from "../session.ts";

const COMMON_FORMATS =
  "json yaml name go-template go-template-file template templatefile jsonpath jsonpath-as-json jsonpath-file".split(
    " ",
  );

async function namesOf(session: Session, resource: ApiResource): Promise<string[]> {
  const client = await session.client();
  const { name: namespace } = await session.namespace();
  const { group, version } = resource;
  const path = { group, version, resource: resource.resource, ...(resource.namespaced ? { namespace } : {}) };
  const { items } = await client.list<KubeObject>(path);
  return items.map((i) => i.metadata.name ?? "").sort();
}

async function namesOfWord(session: Session, word: string): Promise<string[]> {
  const resource = (await session.mapper(0)).resourceFor(word);
  return resource === undefined ? [] : namesOf(session, resource);
}

async function typeWords(session: Session, current: string): Promise<string[]> {
  const { resources } = await session.mapper(0);
  // By group, the core's first, as `api-resources -o name` has them.
  const names = resources
    .filter((r) => r.verbs.includes("get"))
    .map((r) => ({ key: `${r.group}\u0000${r.resource}`, name: qualifiedResource(r) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map((r) => r.name);
  return [...new Set(names)].filter((n) => n.startsWith(current));
}

/** Names, and TYPE/NAME where the word has a slash. */
async function typeAndName(session: Session, args: readonly string[], current: string): Promise<string[]> {
  const slash = current.indexOf("/");
  if (slash >= 0) {
    const type = current.slice(0, slash);
    const names = await namesOfWord(session, type);
    return names.map((n) => `${type}/${n}`).filter((n) => n.startsWith(current));
  }
  const [type] = args;
  if (type === undefined) return typeWords(session, current);
  if (type.includes("/")) return [];
  return (await namesOfWord(session, type)).filter((n) => n.startsWith(current) && !args.includes(n));
}

/** What stands for pods besides pods. Mirrors completion.doPodResourceCompletion. */
const POD_TYPES =
  "daemonsets/ deployments/ pods/ jobs/ replicasets/ replicationcontrollers/ services/ statefulsets/".split(" ");

async function podWords(
  session: Session,
  path: string,
  args: readonly string[],
  current: string,
): Promise<readonly string[] | undefined> {
  if (args.length === 1 && path === "logs") return containerWords(session, args);
  if (args.length > 0) return undefined;
  if (current.includes("/")) return typeAndName(session, args, current);
  return [...(await namesOfWord(session, "pods")), ...POD_TYPES].filter((n) => n.startsWith(current));
}

/** The containers of the pod that the first argument names, in kubectl's order. */
async function containerWords(session: Session, args: readonly string[]): Promise<readonly string[]> {
  const name = (args[0] ?? "").replace(/^(pods?|po)\//, "");
  if (name === "" || name.includes("/")) return [];
  const client = await session.client();
  const { name: namespace } = await session.namespace();
  const pod = await client.get<KubeObject>({ group: "", version: "v1", resource: "pods", namespace }, name);
  const { initContainers = [], containers = [], ephemeralContainers = [] } = pod["spec"] ?? {};
  return [...initContainers, ...containers, ...ephemeralContainers].map((c: { readonly name: string }) => c.name);
}

const WORKLOADS: ReadonlyMap<string, readonly string[]> = new Map([
  ["scale", ["deployment", "replicaset", "replicationcontroller", "statefulset"]],
  ["autoscale", ["deployment", "replicaset", "replicationcontroller", "statefulset"]],
  ["expose", ["deployment", "pod", "replicaset", "replicationcontroller", "service"]],
  ["rollout history", ["deployment", "daemonset", "statefulset"]],
  ["rollout pause", ["deployment"]],
  ["rollout restart", ["deployment", "daemonset", "statefulset"]],
  ["rollout resume", ["deployment"]],
  ["rollout status", ["deployment", "daemonset", "statefulset"]],
  ["rollout undo", ["deployment", "daemonset", "statefulset"]],
]);

const ANY_RESOURCE = new Set("get describe delete edit label annotate patch".split(" "));
const PODS = new Set("logs exec attach port-forward debug".split(" "));
const NODES = new Set("cordon uncordon drain".split(" "));

async function configWords(session: Session, path: string): Promise<string[] | undefined> {
  const list = { "use-context": "contexts", "delete-context": "contexts", "rename-context": "contexts" };
  const word = path.slice("config ".length);
  if (Object.hasOwn(list, word) || word === "get-contexts") return contextNames(session);
  return undefined;
}

/** The names of kubeconfig's contexts, sorted. */
async function contextNames(session: Session): Promise<string[]> {
  const { kubeconfigNames } = await import("./kubeconfig-names.ts");
  return kubeconfigNames(session, "contexts");
}

/** What could stand for an argument of a command; undefined where nothing is known of it. */
export async function argumentWords(
  session: Session,
  path: string,
  args: readonly string[],
  current: string,
): Promise<readonly string[] | undefined> {
  const starting = (words: readonly string[]): string[] => words.filter((w) => w.startsWith(current));
  if (ANY_RESOURCE.has(path)) return typeAndName(session, args, current);
  if (PODS.has(path)) {
    const words = await podWords(session, path, args, current);
    return words === undefined ? undefined : starting(words);
  }
  if (NODES.has(path)) return starting(await namesOfWord(session, "nodes"));
  const kinds = WORKLOADS.get(path);
  if (kinds !== undefined)
    return args.length === 0 && !current.includes("/") ? starting(kinds) : typeAndName(session, args, current);
  if (path.startsWith("config ")) {
    const words = await configWords(session, path);
    return words === undefined ? undefined : starting(words);
  }
  if (path === "completion") return starting(["bash", "zsh", "fish", "powershell"]);
  if (path === "top node") return starting(await namesOfWord(session, "nodes"));
  if (path === "top pod") return starting(await namesOfWord(session, "pods"));
  return undefined;
}

/** The values that a flag could have; undefined where nothing is known of it. */
export async function flagWords(
  session: Session,
  path: string,
  flag: string,
  args: readonly string[],
): Promise<readonly string[] | undefined> {
  if (flag === "container" && PODS.has(path) && path !== "logs") return containerWords(session, args);
  if (flag === "namespace") return namesOfWord(session, "namespaces");
  if (flag === "output")
    return path === "get" ? [...COMMON_FORMATS, "custom-columns", "custom-columns-file", "wide"] : COMMON_FORMATS;
  if (flag === "dry-run") return ["none", "server", "client"];
  const { kubeconfigNames } = await import("./kubeconfig-names.ts");
  if (flag === "context") return kubeconfigNames(session, "contexts");
  if (flag === "cluster") return kubeconfigNames(session, "clusters");
  if (flag === "user") return kubeconfigNames(session, "users");
  return undefined;
}
