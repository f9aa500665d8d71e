import type { Estimate } from "../../statistics.ts";
import { pairedRatio, spreadOf, type Spread } from "../../statistics.ts";
import { judge } from "../../verdict.ts";
import type { GoalResult } from "../goals.ts";
import { complement } from "../summary.ts";
import type { Pair } from "./pairs.ts";
import type { Round } from "./rounds.ts";

/** What an adapter takes of its framework. */
export interface AdapterCost {
  readonly name: string;
  readonly title: string;
  readonly withTask: RouteCost;
  readonly withoutTask: RouteCost;
}

export interface RouteCost {
  /** The server's CPU time for a request. */
  readonly bareMicros: Spread;
  readonly adapterMicros: Spread;
  /** The share of the framework's requests per CPU second that is lost. */
  readonly share: Estimate;
}

export function costOf({ name, title }: Pair, rounds: readonly Round[], random: () => number): AdapterCost {
  const own = rounds.filter((round) => round.pair === name);
  const of = (tasks: number) =>
    routeCost(
      own.filter(({ tasksPerRequest }) => tasksPerRequest === tasks),
      random,
    );
  return { name, title, withTask: of(1), withoutTask: of(0) };
}

function routeCost(rounds: readonly Round[], random: () => number): RouteCost {
  const bare = rounds.map(({ bareMicros }) => bareMicros);
  const adapter = rounds.map(({ adapterMicros }) => adapterMicros);
  // Requests per CPU second are the inverse of the time that each takes.
  const share = complement(pairedRatio(bare, adapter, random));
  return { bareMicros: spreadOf(bare), adapterMicros: spreadOf(adapter), share };
}

/** Judges each adapter that has a bound, by the cost of a request with a task. */
export function judgeAdapters(pairs: readonly Pair[], costs: readonly AdapterCost[]): readonly GoalResult[] {
  return pairs.flatMap(({ name, title, bound }) => {
    if (bound === undefined) return [];
    const measured = costs.find((cost) => cost.name === name)?.withTask.share;
    const text = `${title}: at most ${bound * 100} % per CPU second`;
    return [{ text, verdict: judge({ bound, below: true }, measured), measured }];
  });
}
