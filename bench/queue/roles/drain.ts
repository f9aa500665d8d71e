import type { PhaseFigures } from "../figures.ts";
import { measured } from "../measured.ts";
import type { RoleSettings } from "../role.ts";
import { Trial, warmUp } from "./trial.ts";

const concurrency = 100;

/** From the start of a worker until everything has been settled and it has left. */
export async function measureDrain({ store, sizes, profile }: RoleSettings): Promise<PhaseFigures> {
  const { jobs, warmup } = sizes;
  await warmUp(store, warmup, async (trial) => {
    await trial.engine.enqueueMany(trial.calls(0, warmup));
    await trial.drain(warmup, concurrency);
  });
  const trial = new Trial(store, jobs);
  await trial.engine.enqueueMany(trial.calls(0, jobs));
  await trial.expectCounts({ queued: jobs });
  const drain = await measured({ profile, run: () => trial.drain(jobs, concurrency) });
  await trial.expectAllDone(jobs);
  await trial.close();
  return { drain };
}
