import type { Scenario, Tour } from "../tour.ts";

const limit = 2_000_000;
const primesUpToLimit = 148_933;

export const cpuThreads: Scenario = {
  title: "Other requests stay fast while a thread computes",
  async run(tour) {
    let ended = false;
    const computing = compute(tour).finally(() => (ended = true));
    const pings: number[] = [];
    while (!ended) pings.push(await ping(tour));
    const { status, primes, computedMs } = await computing;

    tour.verify(`the thread counted ${primes} primes`, status === "succeeded" && primes === primesUpToLimit, primes);
    const slowest = Math.max(...pings);
    const text = `${pings.length} × GET /ping in these ${computedMs.toFixed(0)} ms: the slowest took ${slowest.toFixed(1)} ms`;
    tour.verify(text, pings.length >= 10 && slowest < computedMs / 4, pings.toSorted((a, b) => b - a).slice(0, 5));
  },
};

async function compute(tour: Tour): Promise<{ status: string; primes: number; computedMs: number }> {
  const answer = await tour.send("POST", "/primes", { json: { limit }, tasks: ["prime-work.countPrimes"] });
  const { json } = await tour.send("GET", `/primes/${answer.json.job}`);
  return { ...json, computedMs: answer.tasks[0]?.ms ?? 0 };
}

async function ping(tour: Tour): Promise<number> {
  const start = performance.now();
  await tour.send("GET", "/ping", { quiet: true });
  return performance.now() - start;
}
