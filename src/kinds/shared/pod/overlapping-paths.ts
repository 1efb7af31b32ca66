import { goQuote } from "../../../machinery/field-error.ts";
import type { Volume, VolumeProjection } from "../../types/core_v1.ts";

interface Paths {
  readonly paths: readonly string[];
  /** What the paths are told of as. */
  readonly of: string;
}

const pathsOf = (items: readonly { readonly path?: string }[]): string[] => items.map((i) => i.path ?? "");

/** Warns of files of one volume that hide each other. Mirrors api/pod warningsForOverlappingVirtualPaths. */
export function overlappingPathWarnings(volumes: readonly Volume[]): string[] {
  return volumes.flatMap(({ name, configMap, secret, downwardAPI, projected }) => {
    const volume = `volume ${goQuote(name)}`;
    const warnings: string[] = [];
    if (configMap?.items)
      warnings.push(
        ...overlaps({ paths: pathsOf(configMap.items), of: `${volume} (ConfigMap ${goQuote(configMap.name ?? "")})` }),
      );
    if (secret?.items)
      warnings.push(
        ...overlaps({ paths: pathsOf(secret.items), of: `${volume} (Secret ${goQuote(secret.secretName ?? "")})` }),
      );
    if (downwardAPI?.items)
      warnings.push(...overlaps({ paths: pathsOf(downwardAPI.items), of: `${volume} (DownwardAPI)` }));
    return projected ? [...warnings, ...projectedWarnings(projected.sources ?? [], volume)] : warnings;
  });
}

function projectedWarnings(sources: readonly VolumeProjection[], volume: string): string[] {
  const warnings: string[] = [];
  const seen = new Set<string>();
  let current: Paths = { paths: [], of: "" };
  for (const source of sources) {
    if (Object.keys(source).length === 0) {
      warnings.push(`${volume} (Projected) has no sources provided`);
      continue;
    }
    // As upstream, a source without items is taken for the one before it.
    current = projectedPaths(source, volume) ?? current;
    if (current.paths.length === 0) continue;
    const own = [...new Set(current.paths)];
    warnings.push(...overlaps(current), ...overlaps({ paths: [...own, ...seen].sort(), of: current.of }));
    for (const path of own) seen.add(path);
  }
  return warnings;
}

function projectedPaths(source: VolumeProjection, volume: string): Paths | undefined {
  const { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle } = source;
  if (configMap?.items)
    return { paths: pathsOf(configMap.items), of: `${volume} (Projected ConfigMap ${goQuote(configMap.name ?? "")})` };
  if (secret?.items)
    return { paths: pathsOf(secret.items), of: `${volume} (Projected Secret ${goQuote(secret.name ?? "")})` };
  if (downwardAPI?.items) return { paths: pathsOf(downwardAPI.items), of: `${volume} (Projected DownwardAPI)` };
  if (serviceAccountToken)
    return { paths: [serviceAccountToken.path], of: `${volume} (Projected ServiceAccountToken)` };
  if (!clusterTrustBundle) return undefined;
  const name = goQuote(clusterTrustBundle.name ?? clusterTrustBundle.signerName ?? "");
  return { paths: [clusterTrustBundle.path], of: `${volume} (Projected ClusterTrustBundle ${name})` };
}

function overlaps({ paths, of }: Paths): string[] {
  const seen = new Set<string>();
  const warnings: string[] = [];
  for (const given of paths) {
    const path = given.replace(/\/+$/, "");
    const other = path && [...seen].find((s) => s && (`${s}/`.startsWith(path) || `${path}/`.startsWith(s)));
    if (other) warnings.push(`${of}: overlapping paths: ${goQuote(path)} with ${goQuote(other)}`);
    seen.add(path);
  }
  return warnings;
}
