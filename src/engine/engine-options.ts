import type { WorkOptions } from "../background/hosted-engine.ts";
import type { Clock } from "../base/clock.ts";
import { aPositiveDuration, toMs, type Duration } from "../base/durations.ts";
import { aLog, consoleLog, guardLog, type Log } from "../base/log.ts";
import { aFunction, anObject, checkOptions, expected, wholeNumber, type OptionRule } from "../base/options.ts";
import type { Keep } from "../stores/contract/new-job.ts";
import type { Store } from "../stores/contract/store.ts";
import { aQueue } from "../tasks/durable-options.ts";
import type { ScheduleDefinition } from "./schedules/schedule.ts";
import type { TaskSource } from "./task-registry.ts";

/** The options of an engine. */
export interface EngineOptions {
  /** Where jobs are kept: `sqlite(path)`, `memory()`, … */
  readonly store: Store;
  /** The durable tasks that it may enqueue and run: an array, or a module, `import * as tasks from "./tasks.ts"`. */
  readonly tasks: TaskSource;
  /** What is enqueued at times of its own, by whichever process works. */
  readonly schedules?: readonly ScheduleDefinition[];
  /** Where it writes while it belongs to no app. Default: the console. */
  readonly log?: Log;
  /** A worker that has not been heard of for this long has lost its jobs. Default `"30s"`, at least `"1s"`. */
  readonly lease?: Duration;
  /** How long jobs are kept after they have ended. Default `{ succeeded: "7d", failed: "90d" }`. */
  readonly retention?: { readonly succeeded?: Duration; readonly failed?: Duration };
  /** How long an attempt may take that says nothing of its own. Default `"1h"`. */
  readonly timeout?: Duration;
  /** How long a function that was told to stop keeps its slot. Default `"5s"`. */
  readonly grace?: Duration;
  /** How long a call of the store may take, retries included. Default `"10s"`. */
  readonly storeTimeout?: Duration;
  /** What tells the time to workers and schedules, in tests together with that of the store. Default: the system's. */
  readonly clock?: Clock;
  /** How often workers look for jobs when no hint comes. Default `"1s"`. */
  readonly poll?: Duration;
}

/** The same, checked and in milliseconds. */
export interface EngineSettings {
  readonly log: Log;
  readonly leaseMs: number;
  readonly keep: Keep;
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly storeTimeoutMs: number;
  readonly pollMs: number;
}

const aLease: OptionRule = {
  expected: 'a duration of at least "1s"',
  accepts: (value) => aPositiveDuration.accepts(value) && toMs(value as Duration, "lease") >= 1_000,
};

const aStore: OptionRule = {
  expected: 'a store, such as memory() or sqlite("afterwork.db")',
  accepts: (value) =>
    anObject.accepts(value) &&
    ["open", "insert", "claim", "settle"].every((name) => aFunction.accepts((value as Record<string, unknown>)[name])),
};

const aClock: OptionRule = {
  expected: "an object with the functions now and after",
  accepts: (value) =>
    anObject.accepts(value) &&
    ["now", "after"].every((name) => aFunction.accepts((value as Record<string, unknown>)[name])),
};

const anArray: OptionRule = { expected: "an array", accepts: (value) => Array.isArray(value) };

const tasksRule: OptionRule = {
  expected: "an array of tasks, or a module that exports them",
  accepts: (value) => typeof value === "object" && value !== null,
};

/** @throws {InvalidOptionError} */
export function engineSettings(options: EngineOptions): EngineSettings {
  checkOptions("Engine", options, {
    store: aStore,
    tasks: tasksRule,
    schedules: anArray,
    log: aLog,
    lease: aLease,
    retention: anObject,
    timeout: aPositiveDuration,
    grace: aPositiveDuration,
    storeTimeout: aPositiveDuration,
    poll: aPositiveDuration,
    clock: aClock,
  });
  if (options.store === undefined) throw expected("Engine: store", aStore.expected, undefined);
  if (options.tasks === undefined) throw expected("Engine: tasks", tasksRule.expected, undefined);
  const { retention = {} } = options;
  checkOptions("Engine: retention", retention, { succeeded: aPositiveDuration, failed: aPositiveDuration });
  return {
    log: options.log === undefined ? consoleLog : guardLog(options.log),
    leaseMs: toMs(options.lease ?? "30s", "lease"),
    keep: {
      succeededMs: toMs(retention.succeeded ?? "7d", "retention.succeeded"),
      failedMs: toMs(retention.failed ?? "90d", "retention.failed"),
    },
    timeoutMs: toMs(options.timeout ?? "1h", "timeout"),
    graceMs: toMs(options.grace ?? "5s", "grace"),
    storeTimeoutMs: toMs(options.storeTimeout ?? "10s", "storeTimeout"),
    pollMs: toMs(options.poll ?? "1s", "poll"),
  };
}

/** @throws {InvalidOptionError} */
export function checkWorkOptions(owner: string, options: WorkOptions): void {
  checkOptions(owner, options, { concurrency: wholeNumber(1, 10_000), queues: anArray });
  const wrong = options.queues?.findIndex((queue) => !aQueue.accepts(queue)) ?? -1;
  if (wrong !== -1) throw expected(`${owner}: queues[${wrong}]`, aQueue.expected, options.queues?.[wrong]);
  if (options.queues?.length === 0) throw expected(`${owner}: queues`, "at least one queue, or none given for all", []);
}
