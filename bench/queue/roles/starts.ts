import { once } from "node:events";
import { tell } from "../play-role.ts";
import type { RoleSettings } from "../role.ts";
import { monotonicMs } from "./pace.ts";
import { Trial } from "./trial.ts";

/** Works until it is asked to finish: when each job has started. */
export async function noteStarts({ store, sizes }: RoleSettings): Promise<readonly number[]> {
  const trial = new Trial(store, sizes.samplesAcross);
  const startsMs: number[] = [];
  trial.onStart = (index) => (startsMs[index] = monotonicMs());
  const worker = await trial.engine.work();
  const finish = once(process, "message");
  tell({ type: "ready" });
  await finish;
  await worker.stop();
  await trial.expectAllDone(sizes.samplesAcross);
  await trial.close();
  return startsMs;
}
