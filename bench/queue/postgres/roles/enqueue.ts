import type { PhaseFigures } from "../../figures.ts";
import { measuredWithServer } from "../measured-with-server.ts";
import type { RoleSettings } from "../role.ts";
import { seriesOf } from "../series.ts";
import { Trial } from "./trial.ts";

const callers = 50;

/** As many callers, each of which waits for its own call, for a fixed time. */
export async function enqueueInFlight(settings: RoleSettings): Promise<PhaseFigures> {
  const { seconds, warmupSeconds } = settings.sizes;
  const trial = await Trial.start(settings);
  const before = await enqueueFor(warmupSeconds, trial, 0);
  await trial.rest();
  let jobs = 0;
  const run = async (): Promise<number> => (jobs = await enqueueFor(seconds, trial, before));
  const figures = await measuredWithServer(trial.pool, { profile: settings.profile, run });
  await trial.expectUnfinished(before + jobs);
  await trial.close();
  return { [seriesOf("in-flight", settings.contender)]: figures };
}

/** One after the other, in batches as large as is best for the contender. */
export async function enqueueInBulk(settings: RoleSettings): Promise<PhaseFigures> {
  const { jobs, warmup } = settings.sizes;
  const trial = await Trial.start(settings);
  await trial.enqueueMany(0, warmup);
  await trial.rest();
  const run = (): Promise<number> => trial.enqueueMany(warmup, warmup + jobs);
  const figures = await measuredWithServer(trial.pool, { profile: settings.profile, run });
  await trial.expectUnfinished(warmup + jobs);
  await trial.close();
  return { [seriesOf("bulk", settings.contender)]: figures };
}

/** How many jobs were stored, numbered from `first`. */
async function enqueueFor(seconds: number, { client }: Trial, first: number): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let next = first;
  const call = async (): Promise<void> => {
    while (performance.now() < end) {
      next += 1;
      await client.enqueue(next - 1);
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return next - first;
}
