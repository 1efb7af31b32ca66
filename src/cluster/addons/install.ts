import type { Client } from "../../client/client.ts";
import { catalog } from "../../kinds/catalog.ts";
import { type KubeObject, parseApiVersion } from "../../machinery/object.ts";
import type { ClusterSettings } from "../settings.ts";
import { kubeSystemObjects } from "./kube-system.ts";
import { localPathObjects } from "./local-path.ts";
import { metallbObjects } from "./metallb.ts";

const ADDON_OBJECTS = {
  "kube-system": kubeSystemObjects,
  "local-path": localPathObjects,
  metallb: metallbObjects,
} as const;

/** Creates the objects of a cluster's add-ons through the API, as `kubectl apply` of their manifests would. */
export async function installAddons(client: Client, settings: ClusterSettings): Promise<void> {
  for (const addon of settings.addons)
    for (const object of ADDON_OBJECTS[addon](settings)) await createObject(client, object);
}

async function createObject(client: Client, object: KubeObject): Promise<void> {
  const { group, version } = parseApiVersion(object.apiVersion);
  const found = catalog.find((d) => d.group === group && d.version === version && d.kind === object.kind);
  if (found === undefined) throw new Error(`add-on: no resource for ${object.apiVersion} ${object.kind}`);
  const { namespace } = object.metadata;
  await client.create({ group, version, resource: found.resource, ...(namespace ? { namespace } : {}) }, object);
}
