import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { drained } from "./drain.ts";
import { makeEngine } from "./engine.ts";
import { gather } from "./evidence.ts";
import { Members } from "./processes.ts";
import { Random } from "./random.ts";
import { summarise } from "./summary.ts";
import { Troubles } from "./troubles.ts";
import { verify } from "./verify.ts";

/** How large a trial is. */
export interface ChaosOptions {
  readonly seed: number;
  /** It goes on for so long, or for so many troubles. */
  readonly seconds: number;
  readonly troubles?: number;
  readonly workers: number;
  readonly producers: number;
  readonly store: string;
}

/** What came of it. */
export interface ChaosReport {
  readonly counts: Readonly<Record<string, number>>;
  readonly violations: readonly string[];
  /** Where its files are, if there is something to be looked into; else they are gone. */
  readonly folder: string | undefined;
}

/** Everything has to be over this soon after the last trouble. */
const drainMs = 90_000;

/**
 * Has producers and workers use one store while processes are killed, stopped and ended at random; then lets everything heal
 * and drain, and compares what the store says with what the processes have written down.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const folder = mkdtempSync(join(tmpdir(), "afterwork-chaos-"));
  const members = new Members({ FOLDER: folder, STORE: options.store });
  const random = new Random(options.seed);
  const troubles = new Troubles(members, random);
  const engine = makeEngine(options.store, folder);
  try {
    const { workers, producers, seconds, troubles: most = Number.POSITIVE_INFINITY } = options;
    await troubles.make({ workers, producers, untilMs: Date.now() + seconds * 1_000, most });
    await endAll(members, "producer");
    troubles.fill("worker", workers);
    const isDrained = await drained(engine, drainMs);
    await endAll(members, "worker");
    const ends = new Map(members.all.map(({ name, endedAt }) => [name, endedAt]));
    const evidence = await gather(engine, folder, ends);
    const violations = [...(isDrained ? [] : [`not drained within ${drainMs} ms`]), ...verify(evidence)];
    const counts = { ...summarise(evidence), ...troubles.counts };
    if (violations.length > 0) return { counts, violations, folder };
    rmSync(folder, { recursive: true, force: true });
    return { counts, violations, folder: undefined };
  } finally {
    await members.killAll();
    await engine.close();
  }
}

async function endAll(members: Members, role: "producer" | "worker"): Promise<void> {
  const living = members.living(role);
  for (const member of living) member.leave();
  await Promise.all(living.map(({ exit }) => exit));
}
