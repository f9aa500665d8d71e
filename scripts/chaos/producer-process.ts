import { flushCompileCache } from "node:module";
import { setTimeout as wait } from "node:timers/promises";

import { toldPlace } from "../../test/support/places.ts";
import { callOf, weights } from "./calls.ts";
import { makeEngine } from "./engine.ts";
import { Random } from "./random.ts";
import { ledger } from "./recorded.ts";

/** Enqueues one thing after the other until it is sent SIGTERM, and writes down what was acknowledged. */
const { SEED = "0", LIFE = "0" } = process.env;

setTimeout(() => process.exit(3), Number(LIFE)).unref();
const random = new Random(Number(SEED));
const engine = makeEngine(toldPlace());
let over = false;
process.once("SIGTERM", () => (over = true));
// Whoever is killed writes no cache at its end.
flushCompileCache();
console.log("ready");

while (!over) {
  await produce();
  await wait(random.between(1, 8));
}
await engine.close();

async function produce(): Promise<void> {
  const kind = random.weighted(weights);
  const calledAt = performance.now();
  try {
    const { jobs, expected } = await callOf(kind)(engine, random);
    for (const { id } of jobs) ledger.note({ what: "acknowledged", id, kind, expected });
    const [job] = jobs;
    if (kind !== "cancelled" || job === undefined) return;
    if ((await job.cancel()) === "cancelled") ledger.note({ what: "cancelled", id: job.id });
  } catch (error) {
    ledger.note({ what: "refused", kind, why: String(error), ms: Math.round(performance.now() - calledAt) });
  }
}
