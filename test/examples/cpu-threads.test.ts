import { expect, test } from "vitest";

import { router } from "../../examples/cpu-threads/router.ts";
import { runExample } from "./support/running-example.ts";

test("other requests are answered while threads compute", async () => {
  const example = await runExample(router);
  const start = performance.now();
  const { job } = (await (await example.post("/primes", { limit: 2_000_000 })).json()) as { job: string };
  let computing = true;
  const computed = example.untilEnded("prime-work.countPrimes").then(() => (computing = false));
  const pings: number[] = [];
  while (computing) {
    const before = performance.now();
    await (await fetch(`${example.url}/ping`)).json();
    pings.push(performance.now() - before);
  }
  await computed;
  const computedMs = performance.now() - start;
  expect(pings.length).toBeGreaterThan(10);
  expect(Math.max(...pings)).toBeLessThan(computedMs / 3);
  const result = await (await fetch(`${example.url}/primes/${job}`)).json();
  expect(result).toEqual({ status: "succeeded", primes: 148_933 });
});

test("a job that nobody has ordered is not found", async () => {
  const example = await runExample(router);
  expect((await fetch(`${example.url}/primes/${crypto.randomUUID()}`)).status).toBe(404);
});
