import fs from "node:fs";
import path from "node:path";
import { createStructure } from "../../src/machinery/schema/structure.ts";

/** The structure of the built-in API, read from schemas/. */
export const structure = createStructure((file) =>
  fs.readFileSync(path.join(import.meta.dirname, "../../schemas", file), "utf8"),
);
