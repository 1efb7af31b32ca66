import fs from "node:fs";
import path from "node:path";
import { toYaml } from "../machinery/codec/yaml-write.ts";
import type { JsonObject } from "../machinery/object.ts";

/** Replaces a kubeconfig file as a whole, for its owner alone; a link goes on leading to it. `unique` sets apart who writes at the same time. */
export function writeConfigFile(file: string, config: JsonObject, unique: number): void {
  const target = fs.existsSync(file) ? fs.realpathSync(file) : file;
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${unique}.tmp`);
  try {
    fs.writeFileSync(temporary, toYaml(config), { mode: 0o600 });
    fs.renameSync(temporary, target);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}
