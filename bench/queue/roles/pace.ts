import { equal } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { quantile, seededRandom } from "../../statistics.ts";
import type { Figures } from "../figures.ts";

/** A time that all processes of a machine share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export interface Pace {
  readonly samples: number;
  /** Milliseconds between two calls: enough for everything to come to rest, and not in step with any timer. */
  readonly rest: readonly [least: number, most: number];
  readonly seed: number;
}

/** Calls again and again, with a rest before each time; when it did. */
export async function callNowAndThen(
  { samples, rest, seed }: Pace,
  call: (index: number) => Promise<unknown>,
): Promise<readonly number[]> {
  const random = seededRandom(seed);
  const [least, most] = rest;
  const callsMs: number[] = [];
  for (let index = 0; index < samples; index += 1) {
    await sleep(least + random() * (most - least));
    callsMs.push(monotonicMs());
    await call(index);
  }
  return callsMs;
}

/** From each call to its start. The first tenth is for the compiler. */
export function latencies(callsMs: readonly number[], startsMs: readonly number[]): Figures {
  equal(startsMs.length, callsMs.length, "jobs that have started");
  const all = callsMs.map((called, index) => (startsMs[index] ?? Number.NaN) - called);
  const sorted = all.slice(Math.ceil(all.length / 10)).toSorted((a, b) => a - b);
  return { p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) };
}
