import { type FieldError, GoLiteral, invalid, required } from "../../../machinery/field-error.ts";
import { dns1123SubdomainErrors } from "../../../machinery/names.ts";
import { deepEqual } from "../../../machinery/object.ts";
import type { Strategy } from "../../definition.ts";
import { immutableMessage, invalidEach } from "../../shared/check.ts";
import { goPointer } from "../../shared/go-syntax.ts";
import { keep, plainStatus } from "../../shared/keep.ts";
import { checkCsiDriverName } from "../../shared/pod/volume-sources.ts";
import type { VolumeAttachment } from "../../types/storage_v1.ts";

/** Mirrors pkg/registry/storage/volumeattachment/strategy.go. */
export const strategy: Strategy<VolumeAttachment> = {
  prepareForCreate(attachment) {
    attachment.status = { attached: false };
  },
  prepareForUpdate(attachment, old) {
    keep(attachment, old, "status");
  },
  validate,
  validateUpdate(attachment, old) {
    const errors = validate(attachment);
    const { attacher = "", nodeName = "", source } = attachment.spec ?? {};
    const shown = `storage.VolumeAttachmentSpec{Attacher:"${attacher}", Source:storage.VolumeAttachmentSource{PersistentVolumeName:${goPointer("string", source?.persistentVolumeName)}, InlineVolumeSpec:${goPointer("core.PersistentVolumeSpec", source?.inlineVolumeSpec)}}, NodeName:"${nodeName}"}`;
    if (!deepEqual(attachment.spec, old.spec)) errors.push(invalid("spec", new GoLiteral(shown), immutableMessage));
    return errors;
  },
  allowUnconditionalUpdate: false,
  status: plainStatus,
};

function validate({ spec }: VolumeAttachment): FieldError[] {
  const errors: FieldError[] = [];
  const attacher = spec?.attacher ?? "";
  if (attacher === "") errors.push(required("spec.attacher"));
  errors.push(...checkCsiDriverName(attacher, "spec.attacher"));
  const name = spec?.source?.persistentVolumeName;
  const inline = spec?.source?.inlineVolumeSpec;
  if (name === undefined && !inline)
    errors.push(required("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName"));
  else if (name !== undefined && inline)
    errors.push(invalid("spec.source", "", "must specify exactly one of inlineVolumeSpec and persistentVolumeName"));
  else if (name === "")
    errors.push(required("spec.source.persistentVolumeName", "must specify non empty persistentVolumeName"));
  const node = spec?.nodeName ?? "";
  return [...errors, ...invalidEach("spec.nodeName", node, dns1123SubdomainErrors(node))];
}
