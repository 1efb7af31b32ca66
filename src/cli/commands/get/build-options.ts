import type { BuildOptions } from "../../resources/builder.ts";
import type { GetOptions } from "./get.ts";

/** What `get` asks of the resource builder, in every one of its ways. */
export function buildOptionsOf(o: GetOptions): BuildOptions {
  return {
    args: o.args,
    filenames: o.filenames,
    kustomize: o.kustomize,
    recursive: o.recursive,
    labelSelector: o.labelSelector,
    fieldSelector: o.fieldSelector,
    namespace: o.namespace,
    enforceNamespace: o.explicitNamespace,
    allNamespaces: o.allNamespaces,
    subresource: o.subresource,
    chunkSize: o.chunkSize,
    allowEmptySelector: true,
  };
}
