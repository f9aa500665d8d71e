import { once } from "node:events";
import type { ChildMessage, RoleSettings } from "../role.ts";
import { Trial } from "./trial.ts";

/** A time that all processes of a machine share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Works until it is asked to finish: when each job has started. */
export async function noteStarts({ store, sizes }: RoleSettings): Promise<readonly number[]> {
  const trial = new Trial(store, sizes.samplesAcross);
  const startsMs: number[] = [];
  trial.onStart = (index) => (startsMs[index] = monotonicMs());
  const worker = await trial.engine.work();
  const finish = once(process, "message");
  process.send?.({ type: "ready" } satisfies ChildMessage);
  await finish;
  await worker.stop();
  await trial.expectAllDone(sizes.samplesAcross);
  await trial.close();
  return startsMs;
}
