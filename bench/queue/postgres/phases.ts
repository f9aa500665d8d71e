import type { FigureName } from "../figures.ts";
import { afterwork } from "./afterwork/contender.ts";
import type { Contender } from "./contender.ts";
import { contenders } from "./contenders.ts";

/** What one phase measures. Each contender passes it in processes and on databases of its own. */
interface Phase {
  readonly name: string;
  readonly heading: string;
  readonly columns: readonly FigureName[];
  readonly contenders: readonly Contender[];
  /** Lines of its table that are not its contenders. */
  readonly lines?: readonly { readonly name: string; readonly title: string }[];
  /** Two: the same is measured with and without a burden. */
  readonly databases?: 2;
}

const speed = ["perSecond", "cpuMicros", "serverMicros", "loopP99Ms", "others"] as const;

const all = [
  { name: "in-flight", heading: "One job a call, 50 calls in flight", columns: speed, contenders },
  { name: "bulk", heading: "Many jobs a call", columns: speed, contenders },
  { name: "drain", heading: "One worker process runs and settles what is stored", columns: speed, contenders },
  {
    name: "drain-across",
    heading: "Several worker processes on one machine do the same",
    columns: ["perSecond", "serverMicros"],
    contenders: [afterwork],
    lines: [1, 2, 4].map((count) => ({
      name: String(count),
      title: `${count} ${count === 1 ? "process" : "processes"}`,
    })),
  },
  {
    name: "latency",
    heading: "From the call to the start of the function in another process, when nothing else goes on",
    columns: ["p50Ms", "p99Ms"],
    contenders: contenders.filter(({ polls = false }) => !polls),
  },
  {
    name: "latency-within",
    heading: "The same in one process",
    columns: ["p50Ms", "p99Ms"],
    contenders: [afterwork],
  },
  {
    name: "claims",
    heading: "Pages that a claim of 200 jobs looks at, per job",
    columns: ["buffers"],
    contenders: [afterwork],
    lines: [
      { name: "empty", title: "nothing else there" },
      { name: "full", title: "beside many scheduled, finished and failed ones" },
    ],
    databases: 2,
  },
  {
    name: "old-snapshot",
    heading: "A claim of 10 jobs",
    columns: ["p50Ms", "meanMs", "mostMs"],
    contenders: [afterwork],
    lines: [
      { name: "clean", title: "nothing else there" },
      { name: "held", title: "many settled ones that an old snapshot keeps" },
    ],
    databases: 2,
  },
] as const satisfies readonly Phase[];

export type PhaseName = (typeof all)[number]["name"];

export const phases: readonly (Phase & { readonly name: PhaseName })[] = all;
