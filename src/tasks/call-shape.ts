import { toMs, type Duration } from "../base/durations.ts";
import type { AnyTask } from "./any-task.ts";
import { defaultBackoff, type Backoff } from "./backoff.ts";
import type { KeySource } from "./job-key.ts";
import type { ConcurrencyOptions, DebounceOptions, KeyOptions, RateLimitOptions } from "./key-options.ts";
import { storedOptions } from "./stored-options.ts";
import { InvalidWorkError } from "./task-errors.ts";
import { derivedOf } from "./task.ts";
import type { TaskOptions } from "./task-options.ts";

/** What follows when a job's worker has vanished in the middle of it. */
export interface CrashFacts {
  readonly onCrash: "retry" | "fail";
  /** The first attempt and the retries. */
  readonly maxAttempts: number;
  /** The wait after the first attempt. */
  readonly delayMs: number;
  /** Does the wait double with every attempt? */
  readonly growing: boolean;
  readonly maxDelayMs: number;
}

/** How long a job is kept after it has ended. What is absent is as the engine says. */
export interface KeepFacts {
  readonly succeededMs?: number;
  readonly failedMs?: number;
}

/** When a call is due and until when. */
export interface TimingFacts {
  readonly delayMs?: number;
  readonly runAt?: number;
  readonly expiresInMs?: number;
  readonly expiresAt?: number;
}

/** A rule whose key has to be made for every call. */
export type Keyed<Facts> = { readonly source: KeySource; readonly facts: Facts };

/** What of a `unique`, `throttle` or `debounce` is the same for every call. */
export interface UniqueFacts {
  readonly forMs?: number;
  readonly onConflict: "existing" | "reject" | "replace";
  readonly maxWaitMs?: number;
}

/** All that is the same for every call of a task with the same options, worked out once. */
export interface CallShape {
  readonly task: string;
  readonly queue: string;
  readonly priority: number;
  readonly crash: CrashFacts;
  /** Nothing below has to be looked at. */
  readonly plain: boolean;
  readonly keep: KeepFacts | undefined;
  readonly timing: TimingFacts;
  readonly unique: Keyed<UniqueFacts> | undefined;
  readonly concurrency: Keyed<{ readonly limit: number }> | undefined;
  readonly rate: Keyed<{ readonly limit: number; readonly perMs: number }> | undefined;
  readonly options: string | undefined;
}

/** @throws {InvalidWorkError} when the task is not durable. */
export function shapeOf(task: AnyTask): CallShape {
  return derivedOf(task, makeShape);
}

function makeShape(task: AnyTask): CallShape {
  const { options, name } = task;
  if (options.durable !== true) {
    throw new InvalidWorkError(`the task ${name} can't be stored: define it with durable: true`);
  }
  const timing = timingOf(options);
  const rules = { unique: uniqueOf(options), concurrency: concurrencyOf(options), rate: rateOf(options) };
  const [overrides, keep] = [storedOptions(task), keepOf(options)];
  const special = [overrides, keep, ...Object.values(rules), ...Object.values(timing)];
  return {
    task: name,
    queue: options.queue ?? "default",
    priority: options.priority ?? 0,
    crash: crashOf(options),
    plain: special.every((value) => value === undefined),
    keep,
    timing,
    ...rules,
    options: overrides,
  };
}

const hourMs = 3_600_000;

function crashOf({ onCrash = "retry", retries = 0, backoff = defaultBackoff }: TaskOptions): CrashFacts {
  const delayMs = toMs(waitOf(backoff), "backoff");
  const growing = typeof backoff === "object" && backoff.type === "exponential";
  const longest = typeof backoff === "object" ? backoff.maxDelay : undefined;
  const maxDelayMs = longest === undefined ? Math.max(delayMs, hourMs) : toMs(longest, "backoff.maxDelay");
  return { onCrash, maxAttempts: retries + 1, delayMs, growing, maxDelayMs };
}

const waitOf = (backoff: Backoff): Duration => (typeof backoff === "object" ? backoff.delay : backoff);

function keepOf({ retention }: TaskOptions): KeepFacts | undefined {
  return retention && { ...ms("succeededMs", retention.succeeded), ...ms("failedMs", retention.failed) };
}

function timingOf({ delay, runAt, expiresIn, expiresAt, debounce }: TaskOptions): TimingFacts {
  const wait = debounce === undefined ? delay : asDebounce(debounce).wait;
  return {
    ...ms("delayMs", wait),
    ...ms("expiresInMs", expiresIn),
    ...(runAt === undefined ? {} : { runAt: Number(runAt) }),
    ...(expiresAt === undefined ? {} : { expiresAt: Number(expiresAt) }),
  };
}

function ms<Name extends string>(name: Name, duration: Duration | undefined): { readonly [Key in Name]?: number } {
  return duration === undefined ? {} : ({ [name]: toMs(duration, name) } as { readonly [Key in Name]?: number });
}

function uniqueOf({ unique, throttle, debounce }: KeyOptions): CallShape["unique"] {
  if (debounce !== undefined) return debounceRule(asDebounce(debounce));
  if (throttle !== undefined) {
    const { every, key } = typeof throttle === "object" ? throttle : { every: throttle, key: undefined };
    const source: KeySource = { option: "throttle", key, byDefault: "arguments" };
    return { source, facts: { onConflict: "existing", ...ms("forMs", every) } };
  }
  if (unique === undefined) return undefined;
  const { key, until = "terminal", onConflict = "existing" } = unique === true ? {} : unique;
  const source: KeySource = { option: "unique", key, byDefault: "arguments" };
  return { source, facts: { onConflict, ...(until === "terminal" ? {} : ms("forMs", until)) } };
}

function asDebounce(debounce: Duration | DebounceOptions): DebounceOptions {
  return typeof debounce === "object" ? debounce : { wait: debounce };
}

function debounceRule({ key, maxWait }: DebounceOptions): CallShape["unique"] {
  const source: KeySource = { option: "debounce", key, byDefault: "one for the task" };
  return { source, facts: { onConflict: "replace", ...ms("maxWaitMs", maxWait) } };
}

function concurrencyOf({ concurrency }: { readonly concurrency?: ConcurrencyOptions }): CallShape["concurrency"] {
  if (concurrency === undefined) return undefined;
  const { key, scope } = concurrency;
  const source: KeySource = { option: "concurrency", key, byDefault: "one for the task", scope };
  return { source, facts: { limit: concurrency.limit } };
}

function rateOf({ rateLimit }: { readonly rateLimit?: RateLimitOptions }): CallShape["rate"] {
  if (rateLimit === undefined) return undefined;
  const { key, scope } = rateLimit;
  const source: KeySource = { option: "rateLimit", key, byDefault: "one for the task", scope };
  return { source, facts: { limit: rateLimit.limit, perMs: toMs(rateLimit.per, "rateLimit.per") } };
}
