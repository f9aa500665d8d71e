import type { FigureName } from "./figures.ts";
import type { Goal } from "./goals.ts";

/** Of SQLite with `synchronous=FULL`. */
export const sqliteGoals: readonly Goal[] = [
  atLeast("50 in flight: at least 60,000 jobs/s", 60_000, "in-flight", "perSecond"),
  atLeast("bulk: at least 150,000 jobs/s", 150_000, "bulk", "perSecond"),
  atLeast("drain at concurrency 100: at least 70,000 jobs/s", 70_000, "drain", "perSecond"),
  atMost("idle latency in one process: p50 under 1 ms", 1, "latency", "p50Ms"),
  atMost("loop blocked at most 5 ms at p99: 50 in flight", 5, "in-flight", "loopP99Ms"),
  atMost("loop blocked at most 5 ms at p99: bulk", 5, "bulk", "loopP99Ms"),
  atMost("loop blocked at most 5 ms at p99: drain", 5, "drain", "loopP99Ms"),
  overHttp("POST with a durable task: at least 0.6 of in-process, per second", "perSecond"),
  overHttp("POST with a durable task: at least 0.6 of in-process, per CPU second", "perCpuSecond"),
  besideOthers("claims beside many other jobs: at most 1.2 × the time", "micros"),
  besideOthers("claims beside many other jobs: at most 1.2 × the CPU time", "cpuMicros"),
];

function atLeast(text: string, bound: number, series: string, figure: FigureName): Goal {
  return { text, bound, below: false, measured: (summary) => summary.of(series, figure) };
}

function atMost(text: string, bound: number, series: string, figure: FigureName): Goal {
  return { text, bound, below: true, measured: (summary) => summary.of(series, figure) };
}

function overHttp(text: string, figure: FigureName): Goal {
  const measured: Goal["measured"] = (summary) => summary.ratio(figure, "http-durable", "http-in-process");
  return { text, bound: 0.6, below: false, measured };
}

function besideOthers(text: string, figure: FigureName): Goal {
  const measured: Goal["measured"] = (summary) => summary.ratio(figure, "claims-full", "claims-empty");
  return { text, bound: 1.2, below: true, measured };
}
