import { launchFor } from "../../runtime/machine/launch.ts";
import type { Program } from "../../runtime/machine/process.ts";
import { findApplet } from "../../shell/applets/registry.ts";
import { become } from "../../shell/lang/interpreter.ts";
import { alpine } from "../bases.ts";

/** /entrypoint.sh of curlimages/curl: options mean curl, anything else is a command. */
const entrypoint: Program = function* (process) {
  const argv = process.argv.slice(1);
  const first = argv[0] ?? "";
  const command = first.startsWith("-") || /^[a-z]+:\/\//.test(first) || argv.length === 0 ? ["curl", ...argv] : argv;
  const found = launchFor(process, command);
  const program = "program" in found ? found.program : findApplet("curl")!;
  try {
    return yield* become(process, program, "program" in found ? found.argv : ["curl", ...argv], process.env);
  } catch (caught) {
    if (typeof caught === "object" && caught !== null && "status" in caught) return Number(caught.status);
    throw caught;
  }
};

/** curlimages/curl */
export const image = alpine({
  programs: { "entrypoint.sh": entrypoint },
  paths: { "entrypoint.sh": "/entrypoint.sh" },
  extra: ["curl"],
  users: { curl_user: [100, 101, "/home/curl_user", "/bin/sh"] },
});
