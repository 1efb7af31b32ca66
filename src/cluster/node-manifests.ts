import { readYaml } from "../machinery/codec/yaml-read.ts";
import type { JsonObject } from "../machinery/object.ts";
import { contentOf, dirNode, fileNode } from "../node/runtime/machine/file-nodes.ts";
import { type FileChange, FileSystem } from "../node/runtime/machine/vfs.ts";
import { manifestFolder, nodeFiles } from "./addons/node-files.ts";
import { staticPods } from "./addons/static-pods.ts";
import type { RuntimeRecords } from "./runtime-records.ts";
import type { ClusterSettings, NodeSettings } from "./settings.ts";

/** The pods in /etc/kubernetes/manifests of a node's disk, as programs have left it. Mirrors pkg/kubelet/config/file.go: what is no pod is passed over. */
export function manifestsOf(
  settings: ClusterSettings,
  node: NodeSettings,
  records: Pick<RuntimeRecords, "get" | "keys">,
): readonly JsonObject[] {
  const original =
    node.role === "control-plane" && settings.addons.includes("kube-system") ? staticPods(settings, node) : [];
  const fs = diskOf(settings, node, records);
  if (fs === undefined) return original;
  const files = nodeFiles(settings, node);
  const folder = fs.peek(manifestFolder);
  if (folder?.type !== "dir") return [];
  return fs.list(folder).flatMap((name) => {
    const file = fs.peek(`${manifestFolder}${name}`);
    if (name.startsWith(".") || file?.type !== "file") return [];
    const text = contentOf(file);
    if (text === files[`${manifestFolder}${name}`]) {
      const known = original.find((pod) => `${pod.metadata.name}.yaml` === name);
      if (known !== undefined) return [known];
    }
    const pod = parsed(text);
    return pod === undefined ? [] : [pod];
  });
}

/** Whether a file is on a node's disk: one of its own, or one that a program has written. */
export function nodeHasFile(
  settings: ClusterSettings,
  node: NodeSettings,
  records: Pick<RuntimeRecords, "get" | "keys">,
  path: string,
): boolean {
  const fs = diskOf(settings, node, records);
  return fs === undefined ? Object.hasOwn(nodeFiles(settings, node), path) : fs.peek(path)?.type === "file";
}

/** A node's files and folders as programs have left them; undefined where none has written. */
function diskOf(
  settings: ClusterSettings,
  node: NodeSettings,
  records: Pick<RuntimeRecords, "get" | "keys">,
): FileSystem | undefined {
  const written = records.keys(`/containers/volumes/node~${node.name}/log/`);
  if (written.length === 0) return undefined;
  const fs = new FileSystem(dirNode(), () => 0);
  for (const [path, content] of Object.entries(nodeFiles(settings, node))) fs.plant(path, fileNode(content));
  const made = ["/root", "/tmp", "/mnt", "/opt", "/home", "/var/tmp", "/var/lib/kubelet/pods", manifestFolder];
  for (const dir of made) fs.ensureDir(dir);
  for (const key of written)
    for (const change of (records.get(key)?.["changes"] ?? []) as FileChange[]) fs.apply(change);
  return fs;
}

function parsed(text: string): JsonObject | undefined {
  try {
    const object = readYaml(text) as JsonObject | undefined;
    return object?.["kind"] === "Pod" && typeof object["metadata"]?.name === "string" && object["spec"]
      ? object
      : undefined;
  } catch {
    return undefined;
  }
}
