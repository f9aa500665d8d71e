import { setTimeout as wait } from "node:timers/promises";

import type { Engine } from "afterwork";

const unfinished = ["queued", "scheduled", "waiting", "running", "retrying"] as const;

/** Waits until every job has ended; `staff` sees to it that somebody works. `false`: they have not within this time. */
export async function drained(engine: Engine, patienceMs: number, staff: () => void): Promise<boolean> {
  const until = Date.now() + patienceMs;
  while (Date.now() < until) {
    staff();
    const { statuses } = await engine.counts();
    if (unfinished.every((status) => statuses[status] === 0)) return true;
    await wait(100);
  }
  return false;
}
