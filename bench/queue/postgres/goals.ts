import type { FigureName } from "../figures.ts";
import type { Goal } from "../goals.ts";
import { peers } from "./contenders.ts";
import { seriesOf } from "./series.ts";

export const postgresGoals: readonly Goal[] = [
  fasterThanPeers("50 in flight: at least 10 × the best peer", 10, "in-flight"),
  fasterThanPeers("bulk: at least 1.5 × the best peer", 1.5, "bulk"),
  drain("drain: at least 1.3 × graphile-worker with a local queue", 1.3),
  drain("stretch: drain at least 1.6 × graphile-worker with a local queue", 1.6),
  {
    text: "drain: at most as much Postgres CPU per job as that",
    bound: 1,
    below: true,
    measured: (summary) =>
      summary.ratio("serverMicros", seriesOf("drain", "afterwork"), seriesOf("drain", "graphile-batched")),
  },
  {
    text: "idle latency: p50 at most 0.75 × graphile-worker's better one",
    bound: 0.75,
    below: true,
    measured: (summary) =>
      summary.ratioToBest("p50Ms", seriesOf("latency", "afterwork"), {
        series: [seriesOf("latency", "graphile"), seriesOf("latency", "graphile-batched")],
        best: "least",
      }),
  },
  burdened("claims beside many others: at most 1.2 × the pages per job", "buffers", { bound: 1.2, phase: "claims" }),
  burdened("claims with an old snapshot: at most 3 × the time, p50", "p50Ms", { bound: 3, phase: "old-snapshot" }),
  burdened("claims with an old snapshot: at most 3 × the time, mean", "meanMs", { bound: 3, phase: "old-snapshot" }),
];

function fasterThanPeers(text: string, bound: number, phase: string): Goal {
  const series = peers.map(({ name }) => seriesOf(phase, name));
  const own = seriesOf(phase, "afterwork");
  const measured: Goal["measured"] = (summary) => summary.ratioToBest("perSecond", own, { series, best: "most" });
  return { text, bound, below: false, measured };
}

function drain(text: string, bound: number): Goal {
  const [own, peer] = [seriesOf("drain", "afterwork"), seriesOf("drain", "graphile-batched")];
  return { text, bound, below: false, measured: (summary) => summary.ratio("perSecond", own, peer) };
}

interface Burden {
  readonly bound: number;
  readonly phase: "claims" | "old-snapshot";
}

function burdened(text: string, figure: FigureName, { bound, phase }: Burden): Goal {
  const [without, carrying] = phase === "claims" ? ["empty", "full"] : ["clean", "held"];
  const measured: Goal["measured"] = (summary) =>
    summary.ratio(figure, seriesOf(phase, carrying ?? ""), seriesOf(phase, without ?? ""));
  return { text, bound, below: true, measured };
}
