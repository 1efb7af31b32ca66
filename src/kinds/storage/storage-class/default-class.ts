import type { TypedObject } from "../../../machinery/object.ts";

/** Whether claims without a class get this one. Mirrors storage util IsDefaultAnnotation. */
export const isDefaultClass = ({ metadata }: TypedObject): boolean =>
  metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true" ||
  metadata.annotations?.["storageclass.beta.kubernetes.io/is-default-class"] === "true";
