import type { DescribeWriter } from "../../definition.ts";
import type { Volume } from "../../types/core_v1.ts";
import { describeClaim } from "./claim.ts";
import { field, nested } from "./fields.ts";
import { type SourceText, volumeSources, writeSource } from "./volume-sources.ts";

type Projected = NonNullable<Volume["projected"]>;
type DownwardApi = NonNullable<Volume["downwardAPI"]>;
type Ephemeral = NonNullable<Volume["ephemeral"]>;

function projected(out: DescribeWriter, { sources = [] }: Projected): void {
  field(out, "Type", "Projected (a volume that contains injected data from multiple sources)", 2);
  for (const { secret, downwardAPI, configMap, serviceAccountToken } of sources) {
    if (secret) {
      field(out, "SecretName", secret.name ?? "", 2);
      field(out, "Optional", secret.optional ?? false, 2);
    } else if (downwardAPI) field(out, "DownwardAPI", true, 2);
    else if (configMap) {
      field(out, "ConfigMapName", configMap.name ?? "", 2);
      field(out, "Optional", configMap.optional ?? false, 2);
    } else if (serviceAccountToken) {
      field(out, "TokenExpirationSeconds", serviceAccountToken.expirationSeconds ?? 3600, 2);
    }
  }
}

function downwardApi(out: DescribeWriter, { items = [] }: DownwardApi): void {
  field(out, "Type", "DownwardAPI (a volume populated by information about the pod)", 2);
  out.write(2, "Items:\n");
  for (const { fieldRef, resourceFieldRef, path } of items) {
    if (fieldRef) out.write(3, `${fieldRef.fieldPath} -> ${path}\n`);
    if (resourceFieldRef) out.write(3, `${resourceFieldRef.resource} -> ${path}\n`);
  }
}

function ephemeral(out: DescribeWriter, { volumeClaimTemplate: template }: Ephemeral): void {
  field(
    out,
    "Type",
    "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)",
    2,
  );
  if (template)
    describeClaim(
      nested(out, 2),
      { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: template.metadata ?? {}, spec: template.spec },
      false,
      0,
    );
}

function describeSource(out: DescribeWriter, volume: Volume): void {
  if (volume.projected) {
    projected(out, volume.projected);
    return;
  }
  if (volume.downwardAPI) {
    downwardApi(out, volume.downwardAPI);
    return;
  }
  if (volume.ephemeral) {
    ephemeral(out, volume.ephemeral);
    return;
  }
  const known = Object.entries(volumeSources).find(([name]) => volume[name as keyof Volume] !== undefined);
  if (known === undefined) {
    out.write(1, "<unknown>\n");
    return;
  }
  const [name, text] = known;
  writeSource(out, text as SourceText, volume[name as keyof Volume]);
}

/** "Volumes:" of a pod, or of a template where `space` stands before. Mirrors describe.describeVolumes. */
export function describeVolumes(out: DescribeWriter, volumes: readonly Volume[] | undefined, space: string): void {
  if (!volumes?.length) {
    out.write(0, `${space}Volumes:\t<none>\n`);
    return;
  }
  out.write(0, `${space}Volumes:\n`);
  for (const volume of volumes) {
    out.write(1, `${space === "" ? "" : " "}${volume.name}:\n`);
    describeSource(out, volume);
  }
}
