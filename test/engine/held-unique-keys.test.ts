import { group, memory, task, type Engine, type Job, type Store } from "afterwork";
import { expect, test, vi } from "vitest";

import { openEngine, withChanges } from "../behaviour/support/engines.ts";
import { makeGate, type Gate } from "../behaviour/support/gate.ts";

const unique = task("unique", { durable: true, unique: true }, (_context, value: string) => value);
const limited = task(
  "limited",
  { durable: true, concurrency: { limit: 1, key: () => "key" } },
  (_context, value: string) => value,
);

interface Trial {
  readonly engine: Engine;
  /** The arguments of the jobs of each write, in the order in which they began. */
  readonly writes: readonly string[][];
}

/** An engine on a store in which the write of jobs with such an argument waits for a gate. */
function trialWith(gates: Readonly<Record<string, Gate>>): Trial {
  const writes: string[][] = [];
  const store: Store = memory();
  const insert: Store["insert"] = async (jobs, options) => {
    const values = jobs.map(({ args }) => (JSON.parse(args) as [string?])[0] ?? "the group");
    writes.push(values);
    for (const value of values) await gates[value]?.passed;
    return store.insert(jobs, options);
  };
  return { engine: openEngine({ store: withChanges(store, { insert }), tasks: [unique, limited] }), writes };
}

/** Resolves when so many writes have begun: what is enqueued from then on is not among them. */
function untilBegun({ writes }: Trial, count: number): Promise<void> {
  return vi.waitFor(() => expect(writes).toHaveLength(count), { interval: 5, timeout: 9_000 });
}

function enqueueAll(engine: Engine, values: readonly string[]): Promise<readonly Job<string>[]> {
  return Promise.all(values.map((value) => engine.enqueue(unique, value)));
}

test("calls of other keys pass the one whose key is held, and share their writes again", async () => {
  const held = makeGate();
  const trial = trialWith({ held });
  const { engine, writes } = trial;
  const waiting = engine.enqueue(unique, "held");
  await untilBegun(trial, 1);
  await enqueueAll(engine, ["a", "b"]);
  await enqueueAll(engine, ["c", "d"]);
  expect(writes).toEqual([["held"], ["a", "b"], ["c", "d"]]);
  held.open();
  expect((await waiting).deduplicated).toBe(false);
});

test("calls of the same key wait, in their order, and are stored alone", async () => {
  const held = makeGate();
  const trial = trialWith({ held });
  const { engine, writes } = trial;
  const waiting = [engine.enqueue(unique, "held")];
  await untilBegun(trial, 1);
  await engine.enqueue(unique, "a");
  waiting.push(engine.enqueue(unique, "held"), engine.enqueue(unique, "held"));
  await engine.enqueue(unique, "b");
  held.open();
  const jobs = await Promise.all(waiting);
  expect(jobs.map(({ deduplicated }) => deduplicated)).toEqual([false, true, true]);
  expect(writes).toEqual([["held"], ["a"], ["b"], ["held"], ["held"]]);
});

test("a call with several keys waits for each of them, and who comes later with one of these waits behind it", async () => {
  const held = makeGate();
  const trial = trialWith({ held });
  const { engine, writes } = trial;
  const first = engine.enqueue(unique, "held");
  await untilBegun(trial, 1);
  await engine.enqueue(unique, "a");
  const both = engine.enqueue(group([unique, "held"], [unique, "b"]));
  await engine.enqueue(unique, "c");
  const behind = engine.enqueue(unique, "b");
  await engine.enqueue(unique, "d");
  held.open();
  const jobs = await Promise.all([first, both, behind]);
  expect(jobs.map(({ deduplicated }) => deduplicated)).toEqual([false, false, true]);
  expect(writes).toEqual([["held"], ["a"], ["c"], ["d"], ["held", "b", "the group"], ["b"]]);
});

test("four keys may be held at a time; one more holds up others with keys, but not those with limits", async () => {
  const gates = { 1: makeGate(), 2: makeGate(), 3: makeGate(), 4: makeGate(), 5: makeGate() };
  const trial = trialWith(gates);
  const waiting: Promise<unknown>[] = [];
  for (const key of Object.keys(gates)) {
    waiting.push(trial.engine.enqueue(unique, key));
    await untilBegun(trial, waiting.length);
  }
  const free = trial.engine.enqueue(unique, "free");
  await trial.engine.enqueue(limited, "by its limit only");
  gates[5].open();
  await free;
  expect(trial.writes).toEqual([["1"], ["2"], ["3"], ["4"], ["5"], ["by its limit only"], ["free"]]);
  for (const gate of Object.values(gates)) gate.open();
  await Promise.all(waiting);
});

test("an engine that is closed waits for what is held, and for who waits behind it", async () => {
  const held = makeGate();
  const trial = trialWith({ held });
  const { engine } = trial;
  const waiting = [engine.enqueue(unique, "held")];
  await untilBegun(trial, 1);
  await engine.enqueue(unique, "a");
  waiting.push(engine.enqueue(unique, "held"));
  const closing = engine.close();
  held.open();
  await closing;
  expect((await Promise.all(waiting)).map(({ deduplicated }) => deduplicated)).toEqual([false, true]);
});
