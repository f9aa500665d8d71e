import { chain, chord, type Engine, type Job } from "afterwork";

import { limited } from "./engine.ts";
import type { Expected } from "./ledger.ts";
import type { Random } from "./random.ts";
import { addOne, doomed, fragile, keyed, moody, parent, slow, snoozing, stepped, total, unique } from "./tasks.ts";

/** Jobs that were acknowledged, and how each of them is to end. */
export interface Acknowledged {
  readonly jobs: readonly Job[];
  readonly expected: Expected;
}

type Call = (engine: Engine, random: Random) => Promise<Acknowledged>;

const succeeds = (value?: number): Expected => ({ status: "succeeded", ...(value === undefined ? {} : { value }) });

async function one(job: Promise<Job>, expected: Expected): Promise<Acknowledged> {
  return { jobs: [await job], expected };
}

function many<const Value>(count: number, value: Value): readonly Value[] {
  return Array.from({ length: count }, () => value);
}

/** What producers do, by kind. Those with a limit come in bursts that are more than it lets through at once. */
const calls = {
  plain: (engine, random) => {
    const number = random.between(0, 1_000);
    return one(engine.enqueue(addOne, number), succeeds(number + 1));
  },
  bulk: async (engine) => {
    const jobs = await engine.enqueueMany(many(20, [addOne, 1]));
    return { jobs, expected: succeeds(2) };
  },
  chain: (engine) => one(engine.enqueue(chain([addOne, 1], addOne, addOne)), succeeds(4)),
  chord: (engine) =>
    one(
      engine.enqueue(
        chord(
          [
            [addOne, 1],
            [addOne, 2],
            [addOne, 3],
          ],
          total,
        ),
      ),
      succeeds(9),
    ),
  slow: (engine, random) => {
    const ms = random.between(100, 1_500);
    return one(engine.enqueue(slow, ms), succeeds(ms));
  },
  keyed: async (engine, random) => {
    const key = `key ${random.between(0, 2)}`;
    return { jobs: await engine.enqueueMany(many(6, [keyed, key, 20])), expected: succeeds(20) };
  },
  unique: async (engine, random) => {
    const key = `key ${random.between(0, 2)}`;
    return {
      jobs: await Promise.all(many(4, key).map((key) => engine.enqueue(unique, key, 20))),
      expected: succeeds(20),
    };
  },
  limited: async (engine) => ({ jobs: await engine.enqueueMany(many(15, [limited, 5])), expected: succeeds(5) }),
  moody: (engine, random) => {
    const failures = random.between(1, 3);
    return one(engine.enqueue(moody, failures), succeeds(failures));
  },
  delayed: (engine, random) => one(engine.enqueue(addOne.with({ delay: random.between(100, 1_500) }), 7), succeeds(8)),
  stepped: (engine) => one(engine.enqueue(stepped), succeeds()),
  parent: (engine) => one(engine.enqueue(parent), succeeds(2)),
  snoozing: (engine) => one(engine.enqueue(snoozing), succeeds(1)),
  urgent: (engine) => one(engine.enqueue(addOne.with({ priority: 50, queue: "urgent" }), 1), succeeds(2)),
  doomed: (engine) => one(engine.enqueue(doomed), { status: "failed" }),
  fragile: (engine) => one(engine.enqueue(fragile, 50), { status: "either", value: 50 }),
  cancelled: (engine) => one(engine.enqueue(slow.with({ delay: 60_000 }), 1), { status: "either" }),
} satisfies Record<string, Call>;

export type Kind = keyof typeof calls;

/** How often each kind is called. Over time, none comes faster than its limit lets it go. */
export const weights: Readonly<Record<Kind, number>> = {
  plain: 30,
  bulk: 4,
  chain: 5,
  chord: 4,
  slow: 6,
  keyed: 3,
  unique: 2,
  limited: 0.4,
  moody: 5,
  delayed: 6,
  stepped: 6,
  parent: 5,
  snoozing: 3,
  urgent: 3,
  doomed: 2,
  fragile: 4,
  cancelled: 4,
};

export function callOf(kind: Kind): Call {
  return calls[kind];
}
