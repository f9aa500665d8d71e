import { setTimeout } from "node:timers/promises";

import { memory } from "afterwork";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { Sweeper } from "../../../src/engine/worker/sweeper.ts";
import type { ReclaimAnswer } from "../../../src/stores/contract/claim.ts";

/** How often a sweeper reclaims in half a second from a store that answers this. */
async function reclaimsOf(answer: ReclaimAnswer): Promise<number> {
  let calls = 0;
  const reclaim = async (): Promise<ReclaimAnswer> => {
    calls += 1;
    return answer;
  };
  const sweeper = new Sweeper({
    store: Object.assign(memory(), { reclaim }),
    clock: systemClock,
    leaseMs: 300,
    isSure: () => true,
    events: { emit: () => {} } as never,
    onError: () => {},
  });
  onTestFinished(() => sweeper.stop());
  sweeper.start();
  await setTimeout(500);
  return calls;
}

test("a sweeper goes on at once while it gets on", async () => {
  expect(await reclaimsOf({ jobs: [], expired: 200, more: true })).toBeGreaterThan(50);
});

test("a sweeper rests where there is more that somebody else has locked", async () => {
  expect(await reclaimsOf({ jobs: [], expired: 0, more: true })).toBeLessThan(10);
});
