import fs from "node:fs";
import path from "node:path";

/**
 * Makes a directory that only its owner may read, with those above it. Node's own recursive mkdir never ends where the
 * system says "no such file" of a parent that is there, as Linux does under /proc.
 */
export function makeDirectory(directory: string): void {
  if (fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = path.dirname(directory);
  if (parent !== directory) makeDirectory(parent);
  try {
    fs.mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    // Another process was faster.
    if (!fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
