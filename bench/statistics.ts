/** A source of numbers in [0, 1): the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A shuffled copy. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const keyed = items.map((item) => ({ item, key: random() }));
  return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
}

/** The quantile of sorted values, interpolated between its neighbours; NaN for none. */
export function quantile(sorted: readonly number[], fraction: number): number {
  const position = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

export interface Spread {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    lowerQuartile: quantile(sorted, 0.25),
    upperQuartile: quantile(sorted, 0.75),
    min: quantile(sorted, 0),
    max: quantile(sorted, 1),
  };
}

export interface Estimate extends Spread {
  /** The 95 % bootstrap interval of the median. */
  readonly interval: readonly [low: number, high: number];
}

export function estimate(values: readonly number[], random: () => number): Estimate {
  return { ...spreadOf(values), interval: bootstrapMedian(values, random) };
}

/**
 * The ratios `left / right` of measurements taken in the same rounds. A ratio of medians is blurred by the machine's mood;
 * the ratios within each round are not.
 */
export function pairedRatio(left: readonly number[], right: readonly number[], random: () => number): Estimate {
  if (left.length !== right.length)
    throw new RangeError(`expected pairs, got ${left.length} and ${right.length} values`);
  const ratios = left.map((value, index) => value / (right[index] ?? Number.NaN));
  return estimate(ratios, random);
}

const RESAMPLES = 2_000;

function bootstrapMedian(values: readonly number[], random: () => number): readonly [number, number] {
  const medians = Array.from({ length: RESAMPLES }, () => {
    const sample = values.map(() => values[Math.floor(random() * values.length)] ?? Number.NaN);
    return quantile(
      sample.toSorted((a, b) => a - b),
      0.5,
    );
  }).toSorted((a, b) => a - b);
  return [quantile(medians, 0.025), quantile(medians, 0.975)];
}
