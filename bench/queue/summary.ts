import { estimate, pairedRatio, type Estimate } from "../statistics.ts";
import type { FigureName } from "./figures.ts";
import type { Round } from "./rounds.ts";

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

  #values(series: string, figure: FigureName): readonly number[] | undefined {
    const values = this.#rounds.map((round) => round[series]?.[figure]).filter((value) => value !== undefined);
    return values.length === 0 || values.length < this.#rounds.length ? undefined : values;
  }
}
