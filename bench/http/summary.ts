import type { Measurement } from "./measurement.ts";
import type { Round } from "./rounds.ts";
import type { Estimate, Spread } from "../statistics.ts";
import { pairedRatio, spreadOf } from "../statistics.ts";
import type { Target } from "./targets.ts";
import { plainOf } from "./targets.ts";

export interface TargetSummary {
  readonly name: string;
  readonly title: string;
  readonly requestsPerCpuSecond: Spread;
  readonly requestsPerSecond: Spread;
  readonly p50Ms: Spread;
  readonly p99Ms: Spread;
  readonly busy: Spread;
  readonly loadBusy: Spread;
  readonly others: Spread;
  /** Requests per CPU second against another route, by its name; absent where that wasn't measured. */
  readonly against: Readonly<Record<string, Estimate>>;
  /** What the task takes: 1 − with ÷ without. */
  readonly taskCost: Estimate | undefined;
  /** p99 against Fastify's, paired in the same way. */
  readonly p99AgainstFastify: Estimate | undefined;
}

const baselines = ["raw", "hono", "fastify", "fastapi"];

/** Figures over all rounds; every comparison is of measurements in the same round. */
export class Figures {
  readonly #rounds: readonly Round[];
  readonly #random: () => number;

  constructor(rounds: readonly Round[], random: () => number) {
    this.#rounds = rounds;
    this.#random = random;
  }

  summarise(target: Target): TargetSummary {
    const { name } = target;
    return {
      name,
      title: target.title,
      requestsPerCpuSecond: spreadOf(this.#values(name, "requestsPerCpuSecond")),
      requestsPerSecond: spreadOf(this.#values(name, "requestsPerSecond")),
      p50Ms: spreadOf(this.#values(name, "p50Ms")),
      p99Ms: spreadOf(this.#values(name, "p99Ms")),
      busy: spreadOf(this.#values(name, "busy")),
      loadBusy: spreadOf(this.#values(name, "loadBusy")),
      others: spreadOf(this.#values(name, "others")),
      against: this.#against(target),
      taskCost: target.tasksPerRequest === 0 ? undefined : this.#taskCost(target),
      p99AgainstFastify: this.#ratio(name, "fastify", "p99Ms"),
    };
  }

  #against({ name, tasksPerRequest }: Target): Record<string, Estimate> {
    const ratios: Record<string, Estimate> = {};
    for (const baseline of baselines) {
      const other = tasksPerRequest === 0 ? plainOf(baseline) : baseline;
      const ratio = this.#ratio(name, other, "requestsPerCpuSecond");
      if (ratio !== undefined) ratios[baseline] = ratio;
    }
    return ratios;
  }

  #taskCost({ name, server }: Target): Estimate | undefined {
    const ratio = this.#ratio(name, plainOf(server), "requestsPerCpuSecond");
    return ratio === undefined ? undefined : complement(ratio);
  }

  #ratio(left: string, right: string, figure: keyof Measurement): Estimate | undefined {
    if (this.#rounds.some((round) => !round.has(right))) return undefined;
    return pairedRatio(this.#values(left, figure), this.#values(right, figure), this.#random);
  }

  #values(name: string, figure: keyof Measurement): number[] {
    return this.#rounds.map((round) => round.get(name)?.[figure] ?? Number.NaN);
  }
}

/** 1 − a ratio: what is lost. */
export function complement(ratio: Estimate): Estimate {
  return {
    median: 1 - ratio.median,
    lowerQuartile: 1 - ratio.upperQuartile,
    upperQuartile: 1 - ratio.lowerQuartile,
    min: 1 - ratio.max,
    max: 1 - ratio.min,
    interval: [1 - ratio.interval[1], 1 - ratio.interval[0]],
  };
}
