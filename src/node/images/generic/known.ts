import { parseReference } from "../names.ts";

/** What is known of an image that is played by the generic server. */
export interface KnownServer {
  /** What it listens on beside the container's declared ports. */
  readonly ports: readonly number[];
  /** Further names of the server's executable: a bare name stands in /usr/local/bin. */
  readonly programs?: readonly string[];
  /** Small programs that are over at once, and what they print. */
  readonly tools?: Readonly<Record<string, string>>;
  /** What the server prints at its start. */
  readonly says?: string;
  /** What it answers to a GET. */
  readonly page?: string;
}

const GUESTBOOK = `<html ng-app="redis">
  <head>
    <title>Guestbook</title>
    <link rel="stylesheet" href="//netdna.bootstrapcdn.com/bootstrap/3.1.1/css/bootstrap.min.css">
    <script src="https://ajax.googleapis.com/ajax/libs/angularjs/1.2.12/angular.min.js"></script>
    <script src="controllers.js"></script>
    <script src="https://cdnjs.cloudflare.com/ajax/libs/angular-ui-bootstrap/2.5.6/ui-bootstrap-tpls.js"></script>
  </head>
  <body ng-controller="RedisCtrl">
    <div style="width: 50%; margin-left: 20px">
      <h2>Guestbook</h2>
    </div>
  </body>
</html>
`;

const APACHE = ["apache2-foreground", "docker-entrypoint.sh", "docker-php-entrypoint"];

/** By the last part of the repository's name, or by the whole where the last part is too common. */
const SERVERS: Readonly<Record<string, KnownServer>> = {
  adminer: { ports: [8080] },
  alertmanager: { ports: [9093], programs: ["/bin/alertmanager"] },
  caddy: { ports: [80], programs: ["caddy"] },
  cassandra: {
    ports: [7000, 9042],
    programs: ["cassandra", "/run.sh", "docker-entrypoint.sh"],
    tools: { nodetool: "", "/ready-probe.sh": "" },
    says: "INFO  [main] Startup complete\nINFO  [main] Node /0.0.0.0 state jump to NORMAL",
  },
  consul: { ports: [8500, 8600], programs: ["consul", "docker-entrypoint.sh"] },
  couchdb: { ports: [5984] },
  "ecs-sample": { ports: [80] },
  "eclipse-mosquitto": { ports: [1883], programs: ["mosquitto"] },
  elasticsearch: { ports: [9200, 9300], programs: ["elasticsearch"] },
  "fluent-bit": { ports: [2020], programs: ["/fluent-bit/bin/fluent-bit"] },
  fluentd: { ports: [24224], programs: ["fluentd"] },
  "gb-frontend": { ports: [80], programs: APACHE, page: GUESTBOOK },
  "getting-started": { ports: [80] },
  ghost: { ports: [2368] },
  goproxy: { ports: [8080], programs: ["goproxy"] },
  grafana: { ports: [3000], programs: ["/run.sh"] },
  "hello-frontend": { ports: [80], programs: ["/usr/sbin/nginx"], page: '{"message":"Hello"}\n' },
  "hello-go-gke": { ports: [80], page: '{"message":"Hello"}\n' },
  "hello-kubernetes": { ports: [8080] },
  httpbin: { ports: [80], programs: ["gunicorn"] },
  influxdb: { ports: [8086], programs: ["influxd"] },
  jenkins: { ports: [8080, 50000] },
  joomla: { ports: [80], programs: APACHE },
  kafka: { ports: [9092] },
  kibana: { ports: [5601] },
  "kuard-amd64": { ports: [8080], programs: ["/kuard"] },
  "kubernetes-zookeeper": {
    ports: [2181, 2888, 3888],
    programs: ["start-zookeeper"],
    tools: { "zookeeper-ready": "" },
  },
  memcached: { ports: [11211], programs: ["memcached", "docker-entrypoint.sh"] },
  minio: { ports: [9000, 9001], programs: ["minio"] },
  mongo: {
    ports: [27017],
    programs: ["mongod", "mongos", "docker-entrypoint.sh"],
    says: '{"s":"I","c":"NETWORK","id":23016,"ctx":"listener","msg":"Waiting for connections","attr":{"port":27017,"ssl":"off"}}',
  },
  "mongo-express": { ports: [8081] },
  nats: { ports: [4222, 8222], programs: ["nats-server"] },
  neo4j: { ports: [7474, 7687] },
  nextcloud: { ports: [80], programs: APACHE },
  "node-exporter": { ports: [9100], programs: ["/bin/node_exporter"] },
  "node-hello": { ports: [8080], page: "Hello Kubernetes!" },
  phpmyadmin: { ports: [80], programs: APACHE },
  podinfo: { ports: [9898], programs: ["podinfo"] },
  prometheus: { ports: [9090], programs: ["/bin/prometheus"] },
  rabbitmq: {
    ports: [5672, 15672],
    programs: ["rabbitmq-server", "docker-entrypoint.sh"],
    tools: { rabbitmqctl: "", "rabbitmq-diagnostics": "" },
    says: " Starting broker... completed with 0 plugins.",
  },
  registry: { ports: [5000], programs: ["registry"] },
  simpleservice: { ports: [9876] },
  solr: { ports: [8983] },
  sonarqube: { ports: [9000] },
  tomcat: { ports: [8080], programs: ["catalina.sh"] },
  traefik: { ports: [80], programs: ["traefik"] },
  vault: { ports: [8200], programs: ["vault", "docker-entrypoint.sh"] },
  "webapp-color": { ports: [8080] },
  wordpress: { ports: [80], programs: APACHE },
  xtrabackup: { ports: [3307], programs: ["ncat"], tools: { xtrabackup: "", xbstream: "" } },
  zookeeper: { ports: [2181, 2888, 3888], programs: ["zkServer.sh"] },
};

/** What is known of an image; undefined where it is only a name. */
export function knownServer(image: string): KnownServer | undefined {
  const last = parseReference(image)?.repository.split("/").pop() ?? "";
  return Object.hasOwn(SERVERS, last) ? SERVERS[last] : undefined;
}
