import type { PhaseFigures } from "../figures.ts";
import { measured } from "../measured.ts";
import type { RoleSettings } from "../role.ts";
import { Trial, warmUp } from "./trial.ts";

const inFlight = 50;

/** Each call waits for the one before it. */
export function enqueueOneByOne(settings: RoleSettings): Promise<PhaseFigures> {
  const { single } = settings.sizes;
  return measureEnqueue("one", settings, {
    jobs: single,
    warmup: Math.ceil(single / 10),
    prepare: (trial, jobs) => () => enqueueConcurrently(trial, jobs, 1),
  });
}

/** As many callers, each of which waits for its own call. */
export function enqueueInFlight(settings: RoleSettings): Promise<PhaseFigures> {
  const { jobs, warmup } = settings.sizes;
  return measureEnqueue("in-flight", settings, {
    jobs,
    warmup,
    prepare: (trial, all) => () => enqueueConcurrently(trial, all, inFlight),
  });
}

/** One call for all. */
export function enqueueInBulk(settings: RoleSettings): Promise<PhaseFigures> {
  const { jobs, warmup } = settings.sizes;
  return measureEnqueue("bulk", settings, {
    jobs,
    warmup,
    prepare(trial, all) {
      const calls = trial.calls(0, all);
      return async () => (await trial.engine.enqueueMany(calls)).length;
    },
  });
}

interface Enqueue {
  readonly jobs: number;
  readonly warmup: number;
  /** What stores so many jobs. */
  readonly prepare: (trial: Trial, jobs: number) => () => Promise<number>;
}

async function measureEnqueue(name: string, settings: RoleSettings, enqueue: Enqueue): Promise<PhaseFigures> {
  const { jobs, warmup, prepare } = enqueue;
  await warmUp(settings.store, warmup, async (trial) => void (await prepare(trial, warmup)()));
  const trial = new Trial(settings.store, jobs);
  await trial.engine.counts(); // it opens with the first call
  const run = prepare(trial, jobs);
  const figures = await measured({ profile: settings.profile, run });
  await trial.expectCounts({ queued: jobs });
  await trial.drain(jobs, 100);
  await trial.expectAllDone(jobs);
  await trial.close();
  return { [name]: figures };
}

async function enqueueConcurrently({ engine, work }: Trial, jobs: number, callers: number): Promise<number> {
  let next = 0;
  const call = async (): Promise<void> => {
    while (next < jobs) {
      next += 1;
      await engine.enqueue(work, next - 1);
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return jobs;
}
