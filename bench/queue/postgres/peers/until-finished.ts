import { setTimeout as sleep } from "node:timers/promises";

/** A question takes some milliseconds by itself, and asking more often would slow down what it waits for. */
const pauseMs = 2;

/** Asks the database until nothing is left: not every peer tells when its completions were acknowledged. */
export async function untilFinished(unfinished: () => Promise<number>): Promise<void> {
  while ((await unfinished()) > 0) await sleep(pauseMs);
}
