import type { Run } from "../../runtime/machine/process.ts";
import { debian } from "../bases.ts";
import { goReply, say, untilSignal } from "../server.ts";

/** A server for images that nobody has described: it answers on the container's declared ports. */
export const image = debian({
  programs: {
    server: function* (process): Run {
      const { spec } = process.container;
      const ports = spec.containerPorts.filter((p) => p.protocol === "TCP").map((p) => p.port);
      for (const port of ports.length > 0 ? ports : [8080]) {
        const handle = (): ReturnType<typeof goReply> => goReply(process, 200, `${spec.image} on ${spec.hostname}\n`);
        if (process.machine.network.listen(process, port, { kind: "http", handle }))
          say(process, 1, `listening on :${port}`);
      }
      yield* untilSignal(process);
      return 0;
    },
  },
});
