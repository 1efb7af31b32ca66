interface Classed {
  volumeAttributesClassName?: string;
}

/** Drops the class while its feature is off, as it is in 1.33, unless the old object has one. Mirrors DropDisabledSpecFields of pvutil and pvcutil. */
export function dropVolumeAttributesClass(spec: Classed | undefined, old?: Classed): void {
  if (old?.volumeAttributesClassName === undefined) delete spec?.volumeAttributesClassName;
}
