import { estimate, pairedRatio, type Estimate } from "../statistics.ts";
import type { FigureName, PhaseFigures } from "./figures.ts";

/** The figures of all phases in one round, by the names of the series. */
export type Round = PhaseFigures;

/** Some series, and whether the best of them is the one with the most or the least. */
export interface Rivals {
  readonly series: readonly string[];
  readonly best: "most" | "least";
}

/** Figures over all rounds; every comparison is of measurements in the same round. */
export class Summary {
  readonly #rounds: readonly Round[];
  readonly #random: () => number;

  constructor(rounds: readonly Round[], random: () => number) {
    this.#rounds = rounds;
    this.#random = random;
  }

  /** A figure of a series; `undefined` where it was not measured. */
  of(series: string, figure: FigureName): Estimate | undefined {
    const values = this.#values(series, figure);
    return values === undefined ? undefined : estimate(values, this.#random);
  }

  /** A figure of one series, divided by that of another. */
  ratio(figure: FigureName, left: string, right: string): Estimate | undefined {
    const [dividends, divisors] = [this.#values(left, figure), this.#values(right, figure)];
    if (dividends === undefined || divisors === undefined) return undefined;
    return pairedRatio(dividends, divisors, this.#random);
  }

  /** A figure of one series, divided by the best of others in the same round; those that were not measured don't count. */
  ratioToBest(figure: FigureName, left: string, { series, best }: Rivals): Estimate | undefined {
    const dividends = this.#values(left, figure);
    const rivals = series.map((name) => this.#values(name, figure)).filter((values) => values !== undefined);
    if (dividends === undefined || rivals.length === 0) return undefined;
    const choose = best === "most" ? Math.max : Math.min;
    const divisors = dividends.map((_, round) => choose(...rivals.map((values) => values[round] ?? Number.NaN)));
    return pairedRatio(dividends, divisors, this.#random);
  }

  #values(series: string, figure: FigureName): readonly number[] | undefined {
    const values = this.#rounds.map((round) => round[series]?.[figure]).filter((value) => value !== undefined);
    return values.length === 0 || values.length < this.#rounds.length ? undefined : values;
  }
}
