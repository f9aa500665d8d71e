import { newId } from "../../../src/base/ids.ts";
import type { NewJob } from "../../../src/stores/contract/new-job.ts";
import type { Outcome } from "../../../src/stores/contract/outcome.ts";

/** Numbers from 0 to 1 that follow from a seed. @see https://github.com/bryc/code/blob/master/jshash/PRNGs.md */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What is left to chance. */
export class Chance {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  /** From 0 to `below` - 1. */
  whole(below: number): number {
    return Math.floor(this.#random() * below);
  }

  happens(probability: number): boolean {
    return this.#random() < probability;
  }

  one<Item>(items: readonly Item[]): Item | undefined {
    return items[this.whole(items.length)];
  }

  some<Item>(items: readonly Item[], most: number): Item[] {
    const count = Math.min(items.length, 1 + this.whole(most));
    return [...new Set(Array.from({ length: count }, () => this.one(items) as Item))];
  }

  shuffled<Item>(items: readonly Item[]): Item[] {
    return items
      .map((item) => ({ item, at: this.#random() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }

  /** One of them, the more often the larger its number is. */
  weighed<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries<number>(weights) as [Name, number][];
    let left = this.#random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) if ((left -= weight) < 0) return name;
    return (entries[0] as [Name, number])[0];
  }
}

/** The limits never change, so that whoever counts knows them. */
const concurrencyLimits: readonly number[] = [1, 2, 3, 8];
const rateLimits: readonly { readonly limit: number; readonly perMs: number }[] = [
  { limit: 2, perMs: 50 },
  { limit: 5, perMs: 100 },
  { limit: 20, perMs: 100 },
];
export const queues: readonly string[] = ["a", "b", "c"];
export const tasks: readonly string[] = ["known", "newer"];

type Part = "concurrency" | "rate" | "unique" | "parents" | "delay" | "expiry";

const kinds: Readonly<Record<string, { readonly weight: number; readonly parts: readonly Part[] }>> = {
  plain: { weight: 30, parts: [] },
  keyed: { weight: 15, parts: ["concurrency"] },
  rated: { weight: 8, parts: ["rate"] },
  both: { weight: 8, parts: ["concurrency", "rate"] },
  unique: { weight: 10, parts: ["unique"] },
  debounced: { weight: 6, parts: ["unique", "delay", "concurrency"] },
  child: { weight: 15, parts: ["parents"] },
  keyedChild: { weight: 5, parts: ["parents", "concurrency", "rate"] },
  uniqueChild: { weight: 3, parts: ["parents", "unique"] },
  delayed: { weight: 8, parts: ["delay"] },
  expiring: { weight: 8, parts: ["expiry"] },
  expiringKeyed: { weight: 4, parts: ["expiry", "concurrency", "delay"] },
};
const weights = Object.fromEntries(Object.entries(kinds).map(([name, { weight }]) => [name, weight]));

/** A job of any kind. `parents`: those that it may have. */
export function randomJob(chance: Chance, parents: readonly string[]): NewJob {
  const parts = kinds[chance.weighed(weights)]?.parts ?? [];
  const own = Object.assign({}, ...parts.map((part) => partOf(part, chance, parents))) as Partial<NewJob>;
  return {
    id: newId(),
    task: chance.happens(0.9) ? "known" : "newer",
    queue: chance.one(queues) ?? "a",
    priority: chance.happens(0.8) ? 0 : chance.whole(3) - 1,
    args: "[]",
    crash: {
      onCrash: chance.happens(0.1) ? "fail" : "retry",
      maxAttempts: 3,
      delayMs: chance.whole(30),
      growing: false,
      maxDelayMs: 100,
    },
    keep: { succeededMs: chance.whole(2) * 500, failedMs: 1000 },
    ...own,
  };
}

function partOf(part: Part, chance: Chance, parents: readonly string[]): Partial<NewJob> {
  switch (part) {
    case "concurrency": {
      const number = chance.whole(concurrencyLimits.length);
      return { concurrency: { key: `c${number}`, limit: concurrencyLimits[number] ?? 1 } };
    }
    case "rate": {
      const number = chance.whole(rateLimits.length);
      return { rate: { key: `r${number}`, ...(rateLimits[number] ?? { limit: 1, perMs: 100 }) } };
    }
    case "unique":
      return {
        unique: {
          key: `u${chance.whole(12)}`,
          onConflict: chance.one(["existing", "reject", "replace"] as const) ?? "existing",
          ...(chance.happens(0.3) ? { forMs: 1 + chance.whole(200) } : {}),
        },
      };
    case "parents":
      return parents.length === 0 ? {} : { parents: chance.some(parents, 4) };
    case "delay":
      return { delayMs: chance.whole(200) };
    case "expiry":
      return { expiresInMs: chance.whole(300) };
  }
}

/** An outcome of any kind of an attempt. */
export function randomOutcome(
  chance: Chance,
  { id, token, attempt }: { readonly id: string; readonly token: string; readonly attempt: number },
  spawn: () => readonly NewJob[],
): Outcome {
  const error = { name: "Error", message: "boom" };
  const delayMs = chance.whole(100);
  const kind = chance.weighed({
    succeeded: 60,
    retry: 10,
    failed: 5,
    snooze: 8,
    release: 8,
    cancelled: 2,
    sleep: 3,
    spawned: 4,
  });
  switch (kind) {
    case "succeeded":
      return { kind, id, token, result: "1" };
    case "spawned":
      return { kind: "succeeded", id, token, result: undefined, spawned: spawn() };
    case "retry":
      return { kind: attempt > 3 ? "failed" : kind, id, token, delayMs, error };
    case "failed":
      return { kind, id, token, error };
    case "snooze":
      return { kind, id, token, delayMs };
    case "sleep":
      return { kind, id, token, delayMs, step: "nap" };
    case "release":
    case "cancelled":
      return { kind, id, token };
  }
}
