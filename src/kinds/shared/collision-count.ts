import { type FieldError, invalid } from "../../machinery/field-error.ts";

/** status.collisionCount only grows. Mirrors apps validation's IsDecremented check. */
export function checkCollisionCount(
  now: { readonly collisionCount?: number } | undefined,
  old: { readonly collisionCount?: number } | undefined,
): FieldError[] {
  const before = old?.collisionCount;
  if (before === undefined || (now?.collisionCount ?? -1) >= before) return [];
  return [invalid("status.collisionCount", now?.collisionCount ?? 0, "cannot be decremented")];
}
