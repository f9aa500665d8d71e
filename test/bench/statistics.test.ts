import { describe, expect, it } from "vitest";
import { pairedRatio, quantile, seededRandom, shuffled, spreadOf } from "../../bench/statistics.ts";

describe("quantile", () => {
  it("interpolates between neighbours", () => {
    expect(quantile([10, 20, 30, 40], 0.5)).toBe(25);
    expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20);
    expect(quantile([10, 20], 0.99)).toBeCloseTo(19.9);
  });

  it("takes the ends at 0 and 1, and the only value of one", () => {
    expect(quantile([3, 5, 9], 0)).toBe(3);
    expect(quantile([3, 5, 9], 1)).toBe(9);
    expect(quantile([7], 0.99)).toBe(7);
  });

  it("is no number for no values", () => {
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe("spreadOf", () => {
  it("doesn't mind the order, and leaves its input alone", () => {
    const values = [5, 1, 4, 2, 3];
    expect(spreadOf(values)).toEqual({ median: 3, lowerQuartile: 2, upperQuartile: 4, min: 1, max: 5 });
    expect(values).toEqual([5, 1, 4, 2, 3]);
  });
});

describe("pairedRatio", () => {
  it("sees a steady ratio through swings that hit both sides alike", () => {
    const right = [100, 50, 200, 80, 120];
    const left = right.map((value) => value * 0.9);
    const ratio = pairedRatio(left, right, seededRandom(1));
    expect(ratio.median).toBeCloseTo(0.9);
    expect(ratio.interval[0]).toBeCloseTo(0.9);
    expect(ratio.interval[1]).toBeCloseTo(0.9);
  });

  it("gives an interval that holds the median and lies within the extremes", () => {
    const random = seededRandom(2);
    const right = Array.from({ length: 15 }, () => 100 + random() * 10);
    const left = Array.from({ length: 15 }, () => 95 + random() * 10);
    const { interval, median, min, max } = pairedRatio(left, right, random);
    expect(interval[0]).toBeLessThan(median);
    expect(interval[1]).toBeGreaterThan(median);
    expect(interval[0]).toBeGreaterThanOrEqual(min);
    expect(interval[1]).toBeLessThanOrEqual(max);
  });

  it("refuses sides of different length", () => {
    expect(() => pairedRatio([1], [1, 2], seededRandom(1))).toThrow(RangeError);
  });
});

describe("seededRandom", () => {
  it("repeats itself for the same seed only", () => {
    const draw = (seed: number) => Array.from({ length: 5 }, seededRandom(seed));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it("spreads evenly over [0, 1)", () => {
    const values = Array.from({ length: 10_000 }, seededRandom(3));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 1);
  });
});

describe("shuffled", () => {
  it("keeps every item, and gives each order its chance", () => {
    const random = seededRandom(4);
    const orders = new Set(Array.from({ length: 200 }, () => shuffled(["a", "b", "c"], random).join("")));
    expect(orders).toEqual(new Set(["abc", "acb", "bac", "bca", "cab", "cba"]));
  });
});
