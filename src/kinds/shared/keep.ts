/** Makes `object` agree with `old` in one field, be it absence. */
export function keep<T extends object>(object: T, old: T, field: keyof T): void {
  if (old[field] === undefined) delete object[field];
  else object[field] = old[field];
}

/** For the status endpoint: all that is neither status nor metadata stays as it was. */
export function keepAllButStatus<T extends object>(object: T, old: T): void {
  for (const field of Object.keys({ ...object, ...old }) as (keyof T)[])
    if (field !== "status" && field !== "metadata") keep(object, old, field);
}

/** The strategy of the status endpoint where nothing beyond metadata is looked at. */
export const plainStatus = {
  prepareForUpdate: keepAllButStatus as (object: any, old: any) => void,
  validateUpdate: () => [],
};
