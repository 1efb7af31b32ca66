import type { ImageRow } from "../runtime/image.ts";
import type { ImageResolution } from "../runtime/runtime.ts";
import { digestOf, type ImageReference, parseReference } from "./names.ts";
import { ROWS } from "./rows.ts";

/** The row and tag behind an image name; the generic server for a plausible name that no row knows. */
export function findImage(image: string): { readonly row: ImageRow; readonly tag: string } {
  const reference = parseReference(image);
  const name = reference?.name ?? image;
  const row = ROWS.find((candidate) => candidate.names.some((pattern) => matchesName(pattern, name)));
  return { row: row ?? ROWS[ROWS.length - 1]!, tag: reference?.tag ?? "latest" };
}

function matchesName(pattern: string, name: string): boolean {
  if (pattern === "*") return true;
  const star = pattern.indexOf("*");
  return star < 0
    ? pattern === name
    : name.startsWith(pattern.slice(0, star)) && name.endsWith(pattern.slice(star + 1));
}

/** Resolves an image name as containerd would with every registry at hand. */
export function resolveImage(image: string): ImageResolution {
  const reference = parseReference(image);
  if (reference === undefined)
    return {
      found: false,
      error: `rpc error: code = InvalidArgument desc = failed to parse image name "${image}": invalid reference format`,
      pullMs: 5,
    };
  const { row, tag } = findImage(image);
  const problem = absence(reference, row);
  if (problem !== undefined) return { found: false, error: problem, pullMs: 240 };
  const sizeBytes = row.sizeBytes + (Number.parseInt(digestOf(reference.canonical).slice(7, 11), 16) % 900_000);
  const digest = reference.digest ?? digestOf(reference.canonical);
  return {
    found: true,
    canonical: reference.canonical,
    imageId: `${reference.name}@${digest}`,
    sizeBytes,
    pullMs: 150 + Math.min(450, Math.round(sizeBytes / 1_000_000)),
    config: row.config(tag),
  };
}

/** Why an image cannot be pulled, in containerd's words; undefined where it can. */
function absence(reference: ImageReference, row: ImageRow): string | undefined {
  const { canonical, registry, repository } = reference;
  const head = `failed to pull and unpack image "${canonical}": failed to resolve reference "${canonical}": `;
  const notFound = `rpc error: code = NotFound desc = ${head}${canonical}: not found`;
  if (!isKnownRegistry(registry))
    return `${head}failed to do request: Head "https://${registry}/v2/${repository}/manifests/${reference.digest ?? reference.tag}": dial tcp: lookup ${registry.split(":")[0]}: no such host`;
  const denied = `${head}pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`;
  const official = registry === "docker.io" && repository.startsWith("library/");
  const generic = row.names[0] === "*";
  if (generic && official && !OFFICIAL.has(repository.slice("library/".length))) return denied;
  if (
    generic &&
    /(^|[/_-])(no-?such|non-?exist\w*|does-?not-?exist|doesnotexist|invalid|missing|bogus|fake|wrong|typo|nope)([/_.-]|$|\d|image|repo|tag)/.test(
      repository,
    )
  )
    return registry === "docker.io" ? denied : notFound;
  if (reference.digest !== undefined) return undefined;
  return row.tag(reference.tag) ? undefined : notFound;
}

const REGISTRIES =
  /^(docker\.io|registry\.k8s\.io|k8s\.gcr\.io|gcr\.io|[a-z]+\.gcr\.io|quay\.io|ghcr\.io|mcr\.microsoft\.com|public\.ecr\.aws|nvcr\.io|registry\.gitlab\.com|docker\.elastic\.co|cr\.fluentbit\.io|registry\.access\.redhat\.com|[a-z0-9-]+-docker\.pkg\.dev|\d+\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com|[a-z0-9]+\.azurecr\.io|docker\.redpanda\.com|xpkg\.upbound\.io|cgr\.dev|icr\.io|registry\.suse\.com|lscr\.io)$/;

function isKnownRegistry(registry: string): boolean {
  return REGISTRIES.test(registry) || /^(localhost|127\.0\.0\.1|kind-registry)(:\d+)?$/.test(registry);
}

/** Official images of Docker Hub that have no row of their own: they run as generic servers. */
const OFFICIAL = new Set(
  "adminer aerospike amazoncorretto arangodb bash caddy cassandra chronograf clickhouse consul couchbase couchdb crate dart docker drupal eclipse-mosquitto eclipse-temurin elasticsearch elixir erlang fluentd friendica gazebo gcc ghost golang gradle groovy haproxy haskell haxe hello-world hylang influxdb jetty joomla julia kapacitor kibana kong logstash mageia matomo maven mediawiki memcached mongo mongo-express nats neo4j neurodebian nextcloud odoo openjdk orientdb percona php phpmyadmin r-base rabbitmq redmine registry rethinkdb rocket.chat ruby rust sapmachine silverpeas solr sonarqube spark storm swift swipl telegraf tomcat tomee traefik varnish vault wordpress xwiki yourls zookeeper".split(
    " ",
  ),
);
