import type { FigureName } from "./figures.ts";

/** What one phase measures. Each runs in processes of its own, on a file of its own. */
interface Phase {
  readonly name: string;
  /** Its series, each with a line in a table. */
  readonly series: readonly Series[];
  /** Does it need a store that several processes use? */
  readonly shared?: true;
}

/** One line of a table. */
export interface Series {
  readonly name: string;
  readonly title: string;
  readonly table: TableName;
}

/** The tables of the report, with what they show. */
export const tables = {
  speed: {
    heading: "Jobs with a small argument, their status and their result kept",
    columns: ["perSecond", "cpuMicros", "loopP50Ms", "loopP99Ms", "loopMaxMs", "others"],
  },
  latency: {
    heading: "From enqueue to the start of the function, when nothing else goes on",
    columns: ["p50Ms", "p99Ms"],
  },
  claims: {
    heading: "A claim of 200 jobs and their settling, at the store, per job",
    columns: ["micros", "cpuMicros"],
  },
  http: {
    heading: "POST /items/:id with a validated body and one task, every job of which has run in the end",
    columns: ["perSecond", "perCpuSecond", "p50Ms", "p99Ms", "others"],
  },
} as const satisfies Record<string, { heading: string; columns: readonly FigureName[] }>;

export type TableName = keyof typeof tables;

const all = [
  { name: "one", series: [{ name: "one", title: "enqueue, one by one", table: "speed" }] },
  { name: "in-flight", series: [{ name: "in-flight", title: "enqueue, 50 in flight", table: "speed" }] },
  { name: "bulk", series: [{ name: "bulk", title: "enqueueMany", table: "speed" }] },
  { name: "drain", series: [{ name: "drain", title: "drain, concurrency 100", table: "speed" }] },
  { name: "latency", series: [{ name: "latency", title: "in one process", table: "latency" }] },
  { name: "latency-across", shared: true, series: [{ name: "latency-across", title: "across two", table: "latency" }] },
  {
    name: "claims",
    shared: true,
    series: [
      { name: "claims-empty", title: "nothing else in the file", table: "claims" },
      { name: "claims-full", title: "beside many other jobs", table: "claims" },
    ],
  },
  {
    name: "http",
    series: [
      { name: "http-in-process", title: "in-process task", table: "http" },
      { name: "http-durable", title: "durable task", table: "http" },
      { name: "http-stored", title: "durable task, stored only", table: "http" },
    ],
  },
] as const satisfies readonly Phase[];

export type PhaseName = (typeof all)[number]["name"];

export const phases: readonly (Phase & { readonly name: PhaseName })[] = all;
