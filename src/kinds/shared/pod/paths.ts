import { type FieldError, invalid } from "../../../machinery/field-error.ts";

/** Mirrors core validation.validatePathNoBacksteps. */
export const checkNoBacksteps = (path: string, field: string): FieldError[] =>
  path.split("/").includes("..") ? [invalid(field, path, "must not contain '..'")] : [];

/** Mirrors core validation.validateLocalDescendingPath. */
export function checkLocalDescendingPath(path: string, field: string): FieldError[] {
  const errors = path.startsWith("/") ? [invalid(field, path, "must be a relative path")] : [];
  return [...errors, ...checkNoBacksteps(path, field)];
}

/** Mirrors core validation.ValidateLocalNonReservedPath. */
export function checkLocalNonReservedPath(path: string, field: string): FieldError[] {
  const errors = checkLocalDescendingPath(path, field);
  if (path.startsWith("..") && !path.startsWith("../")) errors.push(invalid(field, path, "must not start with '..'"));
  return errors;
}

const fileModeMessage = "must be a number between 0 and 0777 (octal), both inclusive";

/** A file mode, absent or between 0 and 0777. */
export const checkFileMode = (mode: number | undefined | null, field: string): FieldError[] =>
  typeof mode === "number" && (mode < 0 || mode > 0o777) ? [invalid(field, mode, fileModeMessage)] : [];
