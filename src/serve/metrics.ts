import type { ApiRequest, ApiResponse } from "../client/transport.ts";

/** Counts what a server answers, and tells it in Prometheus' text format. */
export interface Metrics {
  observe(observation: {
    readonly method: string;
    readonly path: string;
    readonly code: number;
    readonly seconds: number;
  }): void;
  /** Adds the counts to the apiserver's own metrics, where those were asked for and may be seen. */
  amend(request: ApiRequest, answer: ApiResponse): ApiResponse;
}

/** The upper bounds of apiserver_request_duration_seconds, as upstream has them. */
const BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

interface Histogram {
  readonly counts: number[];
  sum: number;
  total: number;
}

/** Mirrors apiserver_request_total and apiserver_request_duration_seconds, by verb, resource and code. */
export function createMetrics(): Metrics {
  const totals = new Map<string, number>();
  const durations = new Map<string, Histogram>();
  return {
    observe({ method, path, code, seconds }) {
      const labels = `resource="${resourceOf(path)}",verb="${method}"`;
      const counted = `code="${code}",${labels}`;
      totals.set(counted, (totals.get(counted) ?? 0) + 1);
      const histogram = durations.get(labels) ?? { counts: BUCKETS.map(() => 0), sum: 0, total: 0 };
      BUCKETS.forEach((bound, i) => {
        if (seconds <= bound) histogram.counts[i]!++;
      });
      histogram.sum += seconds;
      histogram.total++;
      durations.set(labels, histogram);
    },
    amend(request, answer) {
      if (request.path !== "/metrics" || answer.kind !== "text" || answer.code !== 200) return answer;
      const counts = [...totalLines(totals), ...durationLines(durations)].join("\n");
      return { ...answer, body: `${answer.body}${counts}\n` };
    },
  };
}

/** The resource that a path names; a bounded set of words, since a label for every path would grow without end. */
function resourceOf(path: string): string {
  const words = path.split("/").filter(Boolean);
  const rest = words[0] === "api" ? words.slice(2) : words[0] === "apis" ? words.slice(3) : [];
  const named = rest[0] === "namespaces" && rest.length > 2 ? rest[2] : rest[0];
  return named !== undefined && /^[a-z]{1,60}$/.test(named) ? named : "";
}

function totalLines(totals: ReadonlyMap<string, number>): string[] {
  return [
    "# HELP apiserver_request_total Requests answered, by verb, resource and code.",
    "# TYPE apiserver_request_total counter",
    ...[...totals].sort().map(([labels, count]) => `apiserver_request_total{${labels}} ${count}`),
  ];
}

function durationLines(durations: ReadonlyMap<string, Histogram>): string[] {
  const name = "apiserver_request_duration_seconds";
  const lines = [`# HELP ${name} How long requests took, in seconds.`, `# TYPE ${name} histogram`];
  for (const [labels, { counts, sum, total }] of [...durations].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
    counts.forEach((count, i) => {
      lines.push(`${name}_bucket{${labels},le="${BUCKETS[i]}"} ${count}`);
    });
    lines.push(
      `${name}_bucket{${labels},le="+Inf"} ${total}`,
      `${name}_sum{${labels}} ${sum}`,
      `${name}_count{${labels}} ${total}`,
    );
  }
  return lines;
}
