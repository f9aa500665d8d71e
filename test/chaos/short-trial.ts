import { expect, test } from "vitest";

import { runChaos, type ChaosOptions } from "../../scripts/chaos/run.ts";

/** Declares the short form of `npm run chaos`. Another seed every time: whatever it finds is a bug. */
export function shortTrial(what: string, size: Omit<ChaosOptions, "seed">): void {
  const seed = Date.now() % 2 ** 31;
  test(`${what}, and no job is lost or done twice (seed ${seed})`, { timeout: 180_000 }, async () => {
    const { counts, violations, folder } = await runChaos({ ...size, seed });
    console.log(`chaos on ${size.store}, seed ${seed}: ${JSON.stringify(counts)}`);
    const first = violations.slice(0, 10).join("\n");
    expect(violations, `seed ${seed}, files in ${folder}, first violations:\n${first}\n`).toEqual([]);
    expect(counts["acknowledged"]).toBeGreaterThan(0);
  });
}
