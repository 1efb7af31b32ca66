import fs from "node:fs";
import path from "node:path";
import type { EmbeddedHost } from "../../../cluster/connect-embedded.ts";
import type { Addon, ClusterSettings } from "../../../cluster/settings.ts";
import { ExitError } from "../../exit.ts";
import { type KindConfig, readKindConfig } from "./kind-config.ts";

/** What `cluster create` was called with. */
export interface CreateFlags {
  readonly name: string | undefined;
  readonly config: string;
  readonly addons: string | undefined;
}

/** Makes a cluster from the command line's words. Throws ExitError for what cannot be. */
export async function createFromOptions(
  host: EmbeddedHost & { readonly cwd: string },
  flags: CreateFlags,
): Promise<ClusterSettings> {
  const config = flags.config === "" ? {} : await configOf(path.resolve(host.cwd, flags.config), flags.config);
  const name = flags.name ?? config.name ?? "kind";
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name) || name.length > 50)
    throw new ExitError(`error: '${name}' is not a valid cluster name, cluster names must match \`^[a-z0-9.-]+$\``);
  const { ClusterExistsError, createCluster } = await import("../../../cluster/create-cluster.ts");
  const { drykubeHome } = await import("../../../cluster/home.ts");
  try {
    return await createCluster({
      home: drykubeHome(host.env),
      name,
      addons: await addonsOf(flags.addons ?? "all"),
      ...(config.nodes ? { roles: config.nodes } : {}),
      ...(config.podCidr ? { podCidr: config.podCidr } : {}),
      ...(config.serviceCidr ? { serviceCidr: config.serviceCidr } : {}),
      now: host.now(),
      sleep: (ms) => host.sleep(ms),
      readSchema: (file) => host.readSchema(file),
    });
  } catch (error) {
    if (error instanceof ClusterExistsError) throw new ExitError(`error: ${error.message}`);
    throw error;
  }
}

async function addonsOf(list: string): Promise<readonly Addon[]> {
  const { ADDONS } = await import("../../../cluster/settings.ts");
  if (list === "all") return ADDONS;
  if (list === "none" || list === "") return [];
  const words = list.split(",").map((word) => word.trim());
  const unknown = words.filter((word) => !(ADDONS as readonly string[]).includes(word));
  if (unknown.length > 0)
    throw new ExitError(`error: unknown add-on "${unknown[0]}": choose from ${ADDONS.join(", ")}, all, none`);
  return ADDONS.filter((addon) => words.includes(addon));
}

async function configOf(file: string, shown: string): Promise<KindConfig> {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch {
    throw new ExitError(`error: the path "${shown}" does not exist`);
  }
  return readKindConfig(text, shown);
}
