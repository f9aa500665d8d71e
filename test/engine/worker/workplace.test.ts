import { Engine, memory, task, type Store } from "afterwork";
import { afterEach, describe, expect, test, vi } from "vitest";

import { systemClock } from "../../../src/base/clock.ts";
import { Execution } from "../../../src/engine/execution/execution.ts";
import { Prefetch } from "../../../src/engine/worker/prefetch.ts";
import { Workplace, type WorkplaceParts } from "../../../src/engine/worker/workplace.ts";
import type { ClaimedJob } from "../../../src/stores/contract/claim.ts";
import { MemoryLog } from "../../base/memory-log.ts";

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A store in this process that is served as one elsewhere. */
function remoteStore(): Store {
  const store = memory();
  return Object.assign(store, { capabilities: { ...store.capabilities, remote: true, goodBatch: 1_000 } });
}

function jobs(count: number, keyed: boolean): readonly ClaimedJob[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${keyed} ${index}`, keyed }) as ClaimedJob);
}

/** One whose jobs never end, and which fetches so many ahead. */
function placeOf(concurrency: number, ahead: number): { place: Workplace; started: ClaimedJob[] } {
  const started: ClaimedJob[] = [];
  vi.spyOn(Prefetch.prototype, "ahead").mockReturnValue(ahead);
  vi.spyOn(Execution.prototype, "start").mockImplementation(function (this: Execution) {
    started.push(this.job);
  });
  const work = { store: remoteStore(), clock: systemClock } as unknown as WorkplaceParts["work"];
  const session = { id: "s" } as WorkplaceParts["session"];
  return { place: new Workplace({ work, session, concurrency, onRoom: () => {} }), started };
}

const batch = { token: "t", worker: "s", open: 0 } as Parameters<Workplace["take"]>[1];

afterEach(() => {
  vi.restoreAllMocks();
});

describe("where many jobs are begun in several turns of the event loop", () => {
  test("those with a key get the slots that they were claimed for, though others are in line before them", async () => {
    const { place, started } = placeOf(900, 2_000);
    place.take(jobs(600, false), batch);
    expect(started).toHaveLength(100);
    const { keyed, limit } = place.room();
    expect([keyed, limit]).toEqual([300, 1_000]);
    place.take([...jobs(limit - keyed, false), ...jobs(keyed, true)], batch);
    for (let turns = 0; turns < 10; turns += 1) await nextTurn();
    expect(place.running).toBe(900);
    expect(started.filter((job) => job.keyed)).toHaveLength(300);
  });

  test("those in line that have their slots don't count as fetched ahead", async () => {
    const { place } = placeOf(2_000, 600);
    place.take(jobs(1_000, false), batch);
    expect(place.room()).toEqual({ limit: 1_000, keyed: 1_000 });
    place.take(jobs(1_000, false), batch);
    expect(place.room()).toEqual({ limit: 600, keyed: 0 });
    place.take(jobs(400, false), batch);
    expect(place.room()).toEqual({ limit: 0, keyed: 0 });
    for (let turns = 0; turns < 25; turns += 1) await nextTurn();
    expect(place.running).toBe(2_000);
  });
});

test.each([
  ["in this process", memory],
  ["elsewhere", remoteStore],
])("functions that end at once don't run on the stack of each other, with a store %s", async (_, makeStore) => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  const depths: number[] = [];
  const quick = task("quick", { durable: true }, () => {
    depths.push(new Error("here").stack?.split("\n").length ?? 0);
  });
  try {
    await using engine = new Engine({ store: makeStore(), tasks: [quick], log: new MemoryLog() });
    const made = await engine.enqueueMany(Array.from({ length: 2_000 }, () => [quick] as const));
    await engine.work({ concurrency: 1_000 });
    await Promise.all(made.map((job) => job.result()));
    expect(depths).toHaveLength(2_000);
    expect(Math.max(...depths)).toBeLessThan(50);
  } finally {
    Error.stackTraceLimit = limit;
  }
});
