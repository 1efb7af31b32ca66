import type { ImageRow } from "../../runtime/image.ts";
import { hub, web } from "../row.ts";

const kubia = (name: string, sizeMb: number, load: ImageRow["load"]): ImageRow =>
  web(hub(`luksa/${name}`), sizeMb, { entrypoint: ["node", "/app.js"], exposedPorts: [8080] }, load);

/** The images of Kubernetes in Action. */
export const BOOK: readonly ImageRow[] = [
  {
    ...kubia("kubia", 260, async (tag) => (await import("./luksa.ts")).kubiaImage(tag)),
    tag: (tag) => /^(latest|v\d)$/.test(tag),
  },
  kubia("kubia-unhealthy", 260, async () => (await import("./luksa.ts")).unhealthy),
  kubia("kubia-pet", 260, async () => (await import("./luksa.ts")).pet),
  web(
    hub("luksa/fortune"),
    48,
    { entrypoint: ["/bin/fortuneloop.sh"], cmd: ["10"] },
    async (tag) => (await import("./luksa.ts")).fortuneImage(tag),
    (tag) => /^(latest|env|args)$/.test(tag),
  ),
  web(hub("luksa/batch-job"), 48, { entrypoint: ["/main.sh"] }, async () => (await import("./luksa.ts")).batchJob),
  web(hub("luksa/ssd-monitor"), 48, { entrypoint: ["/main.sh"] }, async () => (await import("./luksa.ts")).ssdMonitor),
  web(hub("tutum/curl"), 70, { cmd: ["bash"] }, async () => (await import("./luksa.ts")).curlShell),
];
