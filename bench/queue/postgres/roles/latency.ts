import { setTimeout as sleep } from "node:timers/promises";
import { ChildRole } from "../../child-process.ts";
import type { PhaseFigures } from "../../figures.ts";
import { callNowAndThen, latencies, monotonicMs } from "../../roles/pace.ts";
import { part, type RoleSettings } from "../role.ts";
import { seriesOf } from "../series.ts";
import { Trial } from "./trial.ts";

const rest = [40, 80] as const;

/** From the call that stores a job to the first statement of its function, with the worker in another process. */
export async function measureLatency(settings: RoleSettings): Promise<PhaseFigures> {
  const { samples } = settings.sizes;
  const trial = await Trial.start(settings);
  const worker = new ChildRole(part("note-starts", settings));
  await worker.ready;
  const callsMs = await callNowAndThen({ samples, rest, seed: settings.seed }, (index) => trial.client.enqueue(index));
  await sleep(500);
  worker.finish();
  const startsMs = (await worker.result) as readonly number[];
  await trial.expectUnfinished(0);
  await trial.close();
  return { [seriesOf("latency", settings.contender)]: latencies(callsMs, startsMs) };
}

/** The same with the worker in this process. */
export async function measureLatencyWithin(settings: RoleSettings): Promise<PhaseFigures> {
  const { samples } = settings.sizes;
  const trial = await Trial.start(settings);
  const startsMs: number[] = [];
  trial.onStart = (index) => (startsMs[index] = monotonicMs());
  const worker = await trial.work();
  const callsMs = await callNowAndThen({ samples, rest, seed: settings.seed }, (index) => trial.client.enqueue(index));
  await trial.ran(samples);
  await worker.settled();
  await worker.stop();
  await trial.expectAllDone(samples);
  await trial.close();
  return { [seriesOf("latency-within", settings.contender)]: latencies(callsMs, startsMs) };
}
