/** Whether `name` is in the time zone database. The one place that asks Intl: only schedules with a zone come here. */
export function isTimeZone(name: string): boolean {
  // Go looks names up as files: case counts, offsets are none.
  if (name !== "UTC" && !/^[A-Z][A-Za-z0-9_+-]*(\/[A-Z][A-Za-z0-9_+-]*)*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
