import type { SimulatedImage } from "../../runtime/image.ts";
import type { Peer } from "../../runtime/machine/net.ts";
import type { HttpReply, HttpRequest } from "../../runtime/machine/outside.ts";
import type { Process, Program, Run } from "../../runtime/machine/process.ts";
import { debian } from "../bases.ts";
import { say } from "../server.ts";
import { countRequest, deaf, hostOf, nodeReply, server } from "../web/web.ts";

const node = (program: Program): SimulatedImage =>
  debian({
    programs: { node: program },
    files: { "/app.js": "const http = require('http');\n" },
    extra: ["curl", "ps", "wget"],
  });

const received = (_: HttpRequest, peer: Peer): string => `Received request from ::ffff:${peer.ip}`;
const failed = (process: Process, body: string): HttpReply => ({
  ...nodeReply(process, body),
  status: 500,
  statusText: "Internal Server Error",
});

/** A server that answers differently after some requests: it never rests, because whoever asks may change it. */
function tiring(answer: (process: Process, count: number) => HttpReply): Program {
  return function* (process): Run {
    yield* process.write(1, "Kubia server starting...\n");
    const handle = (request: HttpRequest, peer: Peer): HttpReply => {
      say(process, 1, received(request, peer));
      return answer(process, countRequest(process));
    };
    if (!process.machine.network.listen(process, 8080, { kind: "http", handle })) return 1;
    process.memory = 12 << 20;
    for (;;) yield* process.sleep(1000);
  };
}

/** luksa/kubia of a tag: v1 to v4 say which they are, and v3 fails from its fifth request on. */
export function kubiaImage(tag: string): SimulatedImage {
  const hit = (process: Process): string =>
    tag === "latest" ? `You've hit ${hostOf(process)}\n` : `This is ${tag} running in pod ${hostOf(process)}\n`;
  if (tag === "v3")
    return node(
      tiring((process, count) =>
        count < 5
          ? nodeReply(process, hit(process))
          : failed(process, `Some internal error has occurred! This is pod ${hostOf(process)}\n`),
      ),
    );
  return node(
    deaf(
      server(8080, (process) => nodeReply(process, hit(process)), {
        start: () => "Kubia server starting...",
        request: received,
      }),
    ),
  );
}

/** luksa/kubia-unhealthy: well for five requests. */
export const unhealthy = node(
  tiring((process, count) =>
    count <= 5
      ? nodeReply(process, `You've hit ${hostOf(process)}\n`)
      : failed(process, "I'm not well. Please restart me!"),
  ),
);

const DATA = "/var/data/kubia.txt";

/** luksa/kubia-pet: keeps what is posted to it in a file. */
export const pet = node(
  deaf(
    server(
      8080,
      (process, request) => {
        const { fs } = process.container;
        if (request.method === "POST") {
          try {
            fs.write(DATA, request.body, "/", process.who);
          } catch {
            return failed(process, "");
          }
          say(process, 1, "New data has been received and stored.");
          return nodeReply(process, `Data stored on pod ${hostOf(process)}\n`);
        }
        const file = fs.peek(DATA);
        const data = file?.type === "file" ? file.content : "No data posted yet";
        return nodeReply(process, `You've hit ${hostOf(process)}\nData stored on this pod: ${data}\n`);
      },
      { start: () => "Kubia server starting..." },
    ),
  ),
);

const SAYINGS = [
  "You will be surprised by a loud noise.",
  "Today is a good day to restart a pod.",
  "A watched rollout never completes.",
  "It is Fortune, not wisdom, that rules a cluster.",
  "Be patient: the scheduler has not forgotten you.",
];

function* fortune(process: Process): Run {
  yield* process.write(1, `${SAYINGS[Math.floor(process.time / 1000) % SAYINGS.length]}\n`);
  return 0;
}

const script = (interval: string): string => `#!/bin/bash
trap "exit" SIGINT
echo Configured to generate new fortune every ${interval} seconds
mkdir -p /var/htdocs
while :
do
  echo $(date) Writing fortune to /var/htdocs/index.html
  /usr/games/fortune > /var/htdocs/index.html
  sleep ${interval}
done
`;

/** luksa/fortune of a tag: writes a fortune every ten seconds, or as often as $INTERVAL (env) or its argument (args) says. */
export function fortuneImage(tag: string): SimulatedImage {
  const interval = tag === "env" ? "$INTERVAL" : tag === "args" ? "$1" : "10";
  return debian({
    programs: { fortune },
    paths: { fortune: "/usr/games/fortune" },
    files: { "/usr/bin/fortuneloop.sh": script(interval) },
  });
}

/** luksa/batch-job: done after two minutes. */
export const batchJob = debian({
  files: {
    "/main.sh": '#!/bin/sh\necho "$(date) Batch job starting"\nsleep 120\necho "$(date) Finished succesfully"\n',
  },
});

/** luksa/ssd-monitor */
export const ssdMonitor = debian({ files: { "/main.sh": "#!/bin/sh\nwhile true; do echo SSD OK; sleep 5; done\n" } });

/** tutum/curl: curl, and time for it. */
export const curlShell = debian({ extra: ["curl", "dig", "nslookup"] });
