import { once } from "node:events";
import { tell } from "../../play-role.ts";
import { monotonicMs } from "../../roles/pace.ts";
import type { RoleSettings } from "../role.ts";
import { Trial } from "./trial.ts";

/** Works until it is asked to finish: when each job has started. */
export async function noteStarts(settings: RoleSettings): Promise<readonly number[]> {
  const trial = await Trial.join(settings);
  const startsMs: number[] = [];
  trial.onStart = (index) => (startsMs[index] = monotonicMs());
  const worker = await trial.work();
  const finish = once(process, "message");
  tell({ type: "ready" });
  await finish;
  await worker.settled();
  await worker.stop();
  await trial.expectAllDone(settings.sizes.samples);
  await trial.close();
  return startsMs;
}
