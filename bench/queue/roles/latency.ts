import { equal } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { quantile, seededRandom } from "../../statistics.ts";
import { ChildRole } from "../child-process.ts";
import type { Figures, PhaseFigures } from "../figures.ts";
import type { RoleSettings } from "../role.ts";
import { monotonicMs } from "./starts.ts";
import { Trial } from "./trial.ts";

/** Enough for everything to have come to rest, and not in step with any timer. */
const restMs = { within: [4, 12], across: [40, 80] } as const;

/** From the call of `enqueue` to the first statement of the function, with a worker in the same process. */
export async function measureLatency(settings: RoleSettings): Promise<PhaseFigures> {
  const { samples } = settings.sizes;
  const trial = new Trial(settings.store, samples);
  const startsMs: number[] = [];
  trial.onStart = (index) => (startsMs[index] = monotonicMs());
  const worker = await trial.engine.work();
  const callsMs = await callNowAndThen(trial, samples, { rest: restMs.within, seed: settings.seed });
  await trial.ran(samples);
  await worker.stop();
  await trial.expectAllDone(samples);
  await trial.close();
  return { latency: latencies(callsMs, startsMs) };
}

/** The same with the worker in another process, on a clock that both share. */
export async function measureLatencyAcross(settings: RoleSettings): Promise<PhaseFigures> {
  const { samplesAcross: samples } = settings.sizes;
  const trial = new Trial(settings.store, samples);
  await trial.engine.counts(); // two that make the file at once would wait for each other
  const worker = new ChildRole("note-starts", settings);
  await worker.ready;
  const callsMs = await callNowAndThen(trial, samples, { rest: restMs.across, seed: settings.seed });
  await sleep(500);
  worker.finish();
  const startsMs = (await worker.result) as readonly number[];
  await trial.expectCounts({ succeeded: samples });
  await trial.close();
  return { "latency-across": latencies(callsMs, startsMs) };
}

interface Pace {
  readonly rest: readonly [least: number, most: number];
  readonly seed: number;
}

/** Enqueues one after the other, with a rest between them; when each was called. */
async function callNowAndThen({ engine, work }: Trial, samples: number, { rest, seed }: Pace): Promise<number[]> {
  const random = seededRandom(seed);
  const [least, most] = rest;
  const callsMs: number[] = [];
  for (let index = 0; index < samples; index += 1) {
    await sleep(least + random() * (most - least));
    callsMs.push(monotonicMs());
    await engine.enqueue(work, index);
  }
  return callsMs;
}

/** The first tenth is for the compiler. */
function latencies(callsMs: readonly number[], startsMs: readonly number[]): Figures {
  equal(startsMs.length, callsMs.length, "jobs that have started");
  const all = callsMs.map((called, index) => (startsMs[index] ?? Number.NaN) - called);
  const sorted = all.slice(Math.ceil(all.length / 10)).toSorted((a, b) => a - b);
  return { p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) };
}
