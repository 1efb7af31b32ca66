import type { ImageRow } from "../runtime/image.ts";
import type { ImageConfig } from "../runtime/runtime.ts";
import { anyTag } from "./tags.ts";

/** The PATH of most images. */
export const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
export const MB = 1_000_000;

/** A configuration that is the same for every tag. */
export const always =
  (config: ImageConfig): (() => ImageConfig) =>
  () => ({ ...config, env: { PATH, ...config.env } });

/** Debian's names in tags. */
export const DEBIAN = ["bookworm", "bullseye", "buster", "stretch", "trixie", "slim"];
/** Names on Docker Hub: "nginx" is library/nginx. */
export const hub = (...names: string[]): string[] =>
  names.map((name) => (name.includes("/") ? `docker.io/${name}` : `docker.io/library/${name}`));
/** Names in the registries of the Kubernetes project, old and new. */
export const kubernetes = (...names: string[]): string[] =>
  ["registry.k8s.io", "k8s.gcr.io", "gcr.io/google-containers", "gcr.io/google_containers"].flatMap((registry) =>
    names.map((name) => `${registry}/${name}`),
  );

/** A row of any plausible tag. */
export const web = (
  names: readonly string[],
  sizeMb: number,
  config: ImageConfig,
  load: ImageRow["load"],
  tag: (tag: string) => boolean = anyTag,
): ImageRow => ({ names, tag, sizeBytes: sizeMb * MB, config: always(config), load });
