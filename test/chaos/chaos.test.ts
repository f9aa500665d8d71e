import { expect, test } from "vitest";

import { runChaos } from "../../scripts/chaos/run.ts";

/** The short form of `npm run chaos`. Another seed every time: whatever it finds is a bug. */
const seed = Date.now() % 2 ** 31;

test(
  `processes are killed, stopped and ended at random, and no job is lost or done twice (seed ${seed})`,
  { timeout: 150_000 },
  async () => {
    const size = { workers: 3, producers: 2, store: "sqlite" } as const;
    const { counts, violations, folder } = await runChaos({ ...size, seed, seconds: 60, troubles: 12 });
    console.log(`chaos, seed ${seed}: ${JSON.stringify(counts)}`);
    expect(violations, `seed ${seed}, files in ${folder}`).toEqual([]);
    expect(counts["acknowledged"]).toBeGreaterThan(0);
  },
);
