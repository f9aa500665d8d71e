import type { PhaseFigures } from "../../figures.ts";
import type { Worker } from "../contender.ts";
import { measuredWithServer } from "../measured-with-server.ts";
import type { RoleSettings } from "../role.ts";
import { seriesOf } from "../series.ts";
import { Trial } from "./trial.ts";

/** From the start of a worker until the database has acknowledged the completion of the last job. */
export async function measureDrain(settings: RoleSettings): Promise<PhaseFigures> {
  const { jobs, warmup } = settings.sizes;
  const trial = await Trial.start(settings);
  await trial.enqueueMany(0, warmup);
  await (await trial.drain(warmup)).stop();
  await trial.enqueueMany(warmup, warmup + jobs);
  await trial.expectUnfinished(jobs);
  await trial.rest();
  let worker: Worker | undefined;
  const drain = await measuredWithServer(trial.pool, {
    profile: settings.profile,
    run: async () => {
      worker = await trial.drain(warmup + jobs);
      return jobs;
    },
  });
  await worker?.stop();
  await trial.expectAllDone(warmup + jobs);
  await trial.close();
  return { [seriesOf("drain", settings.contender)]: drain };
}
