import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { drained } from "./drain.ts";
import { makeEngine } from "./engine.ts";
import { gather } from "./evidence.ts";
import { Members } from "./processes.ts";
import { Random } from "./random.ts";
import { openSite } from "./sites.ts";
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
const clockShiftMs = 10 * 60_000;

/**
 * Has producers and workers use one store while processes are killed, stopped and ended at random; then lets everything heal
 * and drain, and compares what the store says with what the processes have written down.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const folder = mkdtempSync(join(tmpdir(), "afterwork-chaos-"));
  await using site = await openSite(options.store, folder);
  const members = new Members({ FOLDER: folder, PLACE: JSON.stringify(site.place) });
  const random = new Random(options.seed);
  const troubles = new Troubles(members, random);
  const engine = makeEngine(site.calmPlace);
  try {
    const { workers, producers, seconds, troubles: most = Number.POSITIVE_INFINITY } = options;
    const plan = { workers, producers, shiftMs: site.hasClock ? clockShiftMs : 0 };
    const calm = new AbortController();
    const troubled = site.trouble(new Random(options.seed + 1), calm.signal);
    await troubles.make({ ...plan, untilMs: Date.now() + seconds * 1_000, most });
    calm.abort();
    await troubled;
    const lateProducers = await members.endAll("producer");
    // Those that were started just before find no connection, and give up.
    const isDrained = await drained(engine, drainMs, () => troubles.fill("worker", workers));
    const late = [...lateProducers, ...(await members.endAll("worker"))];
    const ends = new Map(members.all.map(({ name, endedAt }) => [name, endedAt]));
    const evidence = await gather(engine, folder, ends);
    const violations = [
      ...(isDrained ? [] : [`not drained within ${drainMs} ms`]),
      ...late.map(({ name }) => `${name} did not end when it was told to`),
      ...members.all.flatMap(({ fault }) => fault ?? []),
      ...verify(evidence),
    ];
    const longestStop = { "longest stop, ms": Math.max(0, ...members.all.map(({ leavingMs }) => leavingMs)) };
    const counts = { ...summarise(evidence), ...longestStop, ...troubles.counts, ...site.counts };
    if (violations.length > 0) return { counts, violations, folder };
    rmSync(folder, { recursive: true, force: true });
    return { counts, violations, folder: undefined };
  } finally {
    await members.killAll();
    await engine.close();
  }
}
