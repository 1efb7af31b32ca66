import type { ImageRow } from "../runtime/image.ts";
import type { ImageConfig } from "../runtime/runtime.ts";
import { anyTag, tags } from "./tags.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const MB = 1_000_000;

const always =
  (config: ImageConfig): (() => ImageConfig) =>
  () => ({ ...config, env: { PATH, ...config.env } });

/** All images that are more than a generic server; the last row is the generic one. */
export const ROWS: readonly ImageRow[] = [
  {
    names: ["docker.io/library/nginx"],
    tag: tags({
      versions: { "1": 29 },
      variants: ["alpine", "slim", "perl", "otel", "bookworm", "bullseye", "buster", "stretch", "trixie"],
      names: ["stable", "mainline"],
      maxPatch: 20,
    }),
    sizeBytes: 72 * MB,
    config: always({
      entrypoint: ["/docker-entrypoint.sh"],
      cmd: ["nginx", "-g", "daemon off;"],
      env: { NGINX_VERSION: "1.27.2", NJS_VERSION: "0.8.6", PKG_RELEASE: "1~bookworm" },
      exposedPorts: [80],
    }),
    load: async (tag) => (await import("./nginx/nginx.ts")).nginxImage(tag),
  },
  {
    names: [
      "docker.io/library/busybox",
      "registry.k8s.io/busybox",
      "gcr.io/google-containers/busybox",
      "k8s.gcr.io/busybox",
    ],
    tag: tags({
      versions: { "1": 37 },
      variants: ["glibc", "musl", "uclibc"],
      names: ["stable", "unstable", "glibc", "musl", "uclibc"],
      maxPatch: 5,
    }),
    sizeBytes: 2.1 * MB,
    config: always({ cmd: ["sh"] }),
    load: async () => (await import("./busybox/busybox.ts")).image,
  },
  {
    names: ["*"],
    tag: anyTag,
    sizeBytes: 61 * MB,
    config: always({ entrypoint: ["/usr/local/bin/server"] }),
    load: async () => (await import("./generic/generic.ts")).image,
  },
];
