import { canPin } from "../../cores.ts";
import { describeMachine } from "../../machine.ts";
import { seededRandom } from "../../statistics.ts";
import type { HttpOptions } from "../options.ts";
import { costOf, judgeAdapters } from "./costs.ts";
import type { Pair } from "./pairs.ts";
import type { AdaptersReport } from "./report.ts";
import { measurePairs } from "./rounds.ts";

/** Measures each framework by itself against the same with its adapter. */
export async function compareAdapters(pairs: readonly Pair[], options: HttpOptions): Promise<AdaptersReport> {
  const { rounds: count, launches, seconds, warmupSeconds, connections, seed, smoke } = options;
  const random = seededRandom(seed);
  const { rounds, versions } = await measurePairs({ pairs, options, random });
  const costs = pairs.map((pair) => costOf(pair, rounds, random));
  return {
    benchmark: "http --adapters",
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    pinned: canPin,
    versions,
    options: { rounds: count, launches, seconds, warmupSeconds, connections, seed },
    costs,
    goals: smoke ? [] : judgeAdapters(pairs, costs),
    rounds,
  };
}
