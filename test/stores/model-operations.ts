import * as fc from "fast-check";
import type { UniqueRule } from "../../src/stores/contract/new-job.ts";
import type { StoredStatus } from "../../src/stores/contract/job-record.ts";

/** A job to be stored. What it refers to is a number, taken modulo what there is. */
export interface JobSpec {
  /** Take the id of a job that was made before. */
  readonly again: number | undefined;
  readonly task: "known" | "newer";
  readonly queue: "a" | "b";
  readonly priority: number;
  readonly delayMs: number | undefined;
  readonly expiresInMs: number | undefined;
  readonly unique: UniqueRule | undefined;
  readonly concurrency: "one" | "two" | "changing" | undefined;
  readonly rate: "one" | "three" | "changing" | undefined;
  readonly parents: readonly number[];
  readonly maxAttempts: number;
  readonly onCrash: "retry" | "fail";
  readonly crashDelayMs: number;
  readonly keepMs: number;
}

export type OutcomeKind = "succeeded" | "failed" | "cancelled" | "retry" | "snooze" | "sleep" | "release";

/** One thing that is done to a store. `job`, `jobs`, `claim` and `worker` are numbers, modulo what there is. */
export type Operation =
  | { readonly kind: "insert"; readonly jobs: readonly JobSpec[]; readonly limit: number }
  | { readonly kind: "orphan"; readonly job: JobSpec }
  | {
      readonly kind: "claim";
      readonly worker: number;
      readonly queues: readonly string[] | undefined;
      readonly knowsAll: boolean;
      readonly limit: number;
      readonly keyedLimit: number;
    }
  | {
      readonly kind: "settle";
      readonly outcomes: readonly { readonly claim: number; readonly kind: OutcomeKind; readonly delayMs: number }[];
      readonly spawned: readonly JobSpec[];
    }
  | {
      readonly kind: "record";
      readonly claim: number;
      readonly entry: "step" | "progress" | "log";
      readonly name: string;
    }
  | { readonly kind: "extend"; readonly worker: number; readonly named: number; readonly leaving: boolean }
  | { readonly kind: "register"; readonly worker: number }
  | { readonly kind: "cancel" | "retry" | "remove"; readonly jobs: readonly number[] }
  | { readonly kind: "prune" | "reclaim" | "crash" }
  | { readonly kind: "setQueue"; readonly queue: "a" | "b"; readonly paused: boolean }
  | { readonly kind: "fire"; readonly known: boolean; readonly jobs: readonly JobSpec[] }
  | { readonly kind: "list"; readonly status: StoredStatus | undefined; readonly task: "known" | undefined }
  | { readonly kind: "pass"; readonly ms: number };

const index = fc.nat({ max: 40 });
const shortMs = fc.constantFrom(0, 1, 10, 60);

const unique: fc.Arbitrary<UniqueRule> = fc
  .record({
    key: fc.constantFrom("u", "v"),
    forMs: fc.option(fc.constantFrom(10, 80), { nil: undefined }),
    onConflict: fc.constantFrom("existing", "reject", "replace"),
    maxWaitMs: fc.option(fc.constantFrom(0, 30), { nil: undefined }),
  })
  .map(({ key, forMs, onConflict, maxWaitMs }) => ({
    key,
    onConflict,
    ...(forMs === undefined ? {} : { forMs }),
    ...(maxWaitMs === undefined ? {} : { maxWaitMs }),
  }));

/** Mostly nothing: jobs with everything at once are all alike. */
function seldom<Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.option(arbitrary, { nil: undefined, freq: 2 });
}

const job: fc.Arbitrary<JobSpec> = fc.record({
  again: fc.option(index, { nil: undefined, freq: 1 }),
  task: fc.constantFrom("known", "known", "known", "newer"),
  queue: fc.constantFrom("a", "b"),
  priority: fc.constantFrom(0, 0, 0, 1, -1),
  delayMs: seldom(shortMs),
  expiresInMs: fc.option(fc.constantFrom(5, 50), { nil: undefined, freq: 1 }),
  unique: seldom(unique),
  concurrency: seldom(fc.constantFrom("one", "two", "changing")),
  rate: seldom(fc.constantFrom("one", "three", "changing")),
  parents: fc.oneof(fc.constant([]), fc.array(index, { maxLength: 3 })),
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  onCrash: fc.constantFrom("retry", "retry", "retry", "fail"),
  crashDelayMs: shortMs,
  keepMs: fc.constantFrom(0, 40, 10_000),
});

const jobs = fc.array(job, { minLength: 1, maxLength: 4 });
const worker = fc.nat({ max: 2 });
const ids = fc.array(index, { minLength: 1, maxLength: 3 });

const insert = fc.record({ kind: fc.constant("insert"), jobs, limit: fc.integer({ min: 1, max: 3 }) });
const claim = fc.record({
  kind: fc.constant("claim"),
  worker,
  queues: fc.constantFrom(undefined, ["a"], ["b", "a"]),
  knowsAll: fc.boolean(),
  limit: fc.integer({ min: 1, max: 5 }),
  keyedLimit: fc.integer({ min: 0, max: 5 }),
});
const outcome = fc.record({
  claim: index,
  kind: fc.constantFrom<OutcomeKind[]>(
    "succeeded",
    "succeeded",
    "failed",
    "cancelled",
    "retry",
    "snooze",
    "sleep",
    "release",
  ),
  delayMs: shortMs,
});
const settle = fc.record({
  kind: fc.constant("settle"),
  outcomes: fc.array(outcome, { minLength: 1, maxLength: 4 }),
  spawned: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(job, { maxLength: 2 }) },
  ),
});
const pass = fc.record({ kind: fc.constant("pass"), ms: fc.constantFrom(1, 9, 10, 50, 120) });

const rare: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant("orphan"), job }),
  fc.record({
    kind: fc.constant("record"),
    claim: index,
    entry: fc.constantFrom("step", "progress", "log"),
    name: fc.constantFrom("s", "t"),
  }),
  fc.record({
    kind: fc.constant("extend"),
    worker,
    named: fc.nat({ max: 3 }),
    leaving: fc.constantFrom(false, false, true),
  }),
  fc.record({ kind: fc.constant("register"), worker }),
  fc.record({ kind: fc.constantFrom("cancel", "retry", "retry", "remove"), jobs: ids }),
  fc.record({ kind: fc.constantFrom("prune", "reclaim", "reclaim") }),
  fc.record({ kind: fc.constant("setQueue"), queue: fc.constantFrom("a", "b"), paused: fc.boolean() }),
  fc.record({ kind: fc.constant("fire"), known: fc.boolean(), jobs }),
  fc.record({
    kind: fc.constant("list"),
    status: fc.constantFrom(undefined, "queued", "failed", "scheduled", "waiting"),
    task: fc.constantFrom(undefined, "known"),
  }),
);

/** What is done to a store, one after the other. */
export const operations: fc.Arbitrary<Operation[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: insert },
    { weight: 5, arbitrary: claim },
    { weight: 5, arbitrary: settle },
    { weight: 3, arbitrary: pass },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("crash") }) },
    { weight: 7, arbitrary: rare },
  ),
  { minLength: 1, maxLength: 60, size: "max" },
);
