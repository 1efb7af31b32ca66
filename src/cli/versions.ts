import type { JsonObject } from "../machinery/object.ts";

/** What this client calls itself: the kubectl whose behaviour it has. */
export const KUBECTL_VERSION = "v1.33.1";
export const KUBECTL_COMMIT = "8adc0f041b8e7ad1d30e29cc59c6ae7a15e19828";
export const KUBECTL_BUILD_DATE = "2025-05-15T08:27:33Z";
export const KUBECTL_GO_VERSION = "go1.24.2";
export const KUSTOMIZE_VERSION = "v5.6.0";

/** What `version` tells of this client. */
export function clientVersion(platform: string): JsonObject {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(KUBECTL_VERSION)!;
  return {
    major,
    minor,
    gitVersion: KUBECTL_VERSION,
    gitCommit: KUBECTL_COMMIT,
    gitTreeState: "clean",
    buildDate: KUBECTL_BUILD_DATE,
    goVersion: KUBECTL_GO_VERSION,
    compiler: "gc",
    platform,
  };
}
