import { setTimeout as sleep } from "node:timers/promises";
import { ChildRole } from "../child-process.ts";
import type { PhaseFigures } from "../figures.ts";
import { part, type RoleSettings } from "../role.ts";
import { callNowAndThen, latencies, monotonicMs } from "./pace.ts";
import { Trial } from "./trial.ts";

const restMs = { within: [4, 12], across: [40, 80] } as const;

/** From the call of `enqueue` to the first statement of the function, with a worker in the same process. */
export async function measureLatency(settings: RoleSettings): Promise<PhaseFigures> {
  const { samples } = settings.sizes;
  const trial = new Trial(settings.store, samples);
  const startsMs: number[] = [];
  trial.onStart = (index) => (startsMs[index] = monotonicMs());
  const worker = await trial.engine.work();
  const callsMs = await callNowAndThen({ samples, rest: restMs.within, seed: settings.seed }, (index) =>
    trial.engine.enqueue(trial.work, index),
  );
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
  const worker = new ChildRole(part("note-starts", settings));
  await worker.ready;
  const callsMs = await callNowAndThen({ samples, rest: restMs.across, seed: settings.seed }, (index) =>
    trial.engine.enqueue(trial.work, index),
  );
  await sleep(500);
  worker.finish();
  const startsMs = (await worker.result) as readonly number[];
  await trial.expectCounts({ succeeded: samples });
  await trial.close();
  return { "latency-across": latencies(callsMs, startsMs) };
}
