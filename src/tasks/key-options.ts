import { aPositiveDuration, toMs, type Duration } from "../base/durations.ts";
import {
  anObject,
  checkOptions,
  expected,
  isPlainObject,
  oneOf,
  wholeNumber,
  type OptionRule,
  type OptionRules,
} from "../base/options.ts";

/** A text, or a function that makes one of the arguments of the call. Every task has keys of its own. */
export type TaskKey<Args extends readonly unknown[] = never[]> = string | ((...args: Args) => string);

/** At most one job with a key at a time. */
export interface UniqueOptions<Args extends readonly unknown[] = never[]> {
  /** Default: the arguments as they are stored. */
  readonly key?: TaskKey<Args>;
  /** How long the key is taken: until the job has ended, or so long from the moment it is stored. Default `"terminal"`. */
  readonly until?: "terminal" | Duration;
  /**
   * What becomes of a call whose key is taken. `existing`: the job that has the key stands for it. `reject`: nothing is
   * stored. `replace`: as long as that job has not been started, it takes over the arguments. Default `"existing"`.
   */
  readonly onConflict?: "existing" | "reject" | "replace";
}

/** At most one job with a key in so much time; further calls get the job that is there. */
export interface ThrottleOptions<Args extends readonly unknown[] = never[]> {
  readonly every: Duration;
  /** Default: the arguments as they are stored. */
  readonly key?: TaskKey<Args>;
}

/** Runs once when calls with a key have ceased, with the arguments of the last one. */
export interface DebounceOptions<Args extends readonly unknown[] = never[]> {
  /** How long there must have been no call. */
  readonly wait: Duration;
  /** Counted from the first call, it is not put off any longer than this. Default: without an end. */
  readonly maxWait?: Duration;
  /** Default: one for the task. */
  readonly key?: TaskKey<Args>;
}

/**
 * Whose jobs a key counts: those of its task, or those of all tasks that say `all` and have the same key, as for a queue or a
 * service that several tasks use. Default `task`.
 */
export type KeyScope = "task" | "all";

/** At most so many jobs with a key run at the same time, over all processes. */
export interface ConcurrencyOptions<Args extends readonly unknown[] = never[]> {
  readonly limit: number;
  /** Default: one for the task. */
  readonly key?: TaskKey<Args>;
  readonly scope?: KeyScope;
}

/** At most so many jobs with a key are started in any window of this length, over all processes. */
export interface RateLimitOptions<Args extends readonly unknown[] = never[]> {
  readonly limit: number;
  readonly per: Duration;
  /** Default: one for the task. */
  readonly key?: TaskKey<Args>;
  readonly scope?: KeyScope;
}

/** The options of a task that go by a key. */
export interface KeyOptions<Args extends readonly unknown[] = never[]> {
  /** At most one job with a key at a time. `true`: with the same arguments, until it has ended. */
  readonly unique?: true | UniqueOptions<Args>;
  /** At most one job with the same key, or the same arguments, in so much time. */
  readonly throttle?: Duration | ThrottleOptions<Args>;
  /** Runs when calls have ceased for so long, with the last arguments. */
  readonly debounce?: Duration | DebounceOptions<Args>;
  /** How many jobs may run at the same time. */
  readonly concurrency?: ConcurrencyOptions<Args>;
  /** How many jobs may be started in so much time. */
  readonly rateLimit?: RateLimitOptions<Args>;
}

const aKey: OptionRule = {
  expected: "a string or a function of the arguments",
  accepts: (value) => typeof value === "string" || typeof value === "function",
};

const until: OptionRule = {
  expected: '"terminal" or a duration, more than 0',
  accepts: (value) => value === "terminal" || aPositiveDuration.accepts(value),
};

const aLimit = wholeNumber(1, 1_000_000);

const uniqueRules: OptionRules = { key: aKey, until, onConflict: oneOf("existing", "reject", "replace") };
const throttleRules: OptionRules = { every: aPositiveDuration, key: aKey };
const debounceRules: OptionRules = { wait: aPositiveDuration, maxWait: aPositiveDuration, key: aKey };
const scope = oneOf("task", "all");
const concurrencyRules: OptionRules = { limit: aLimit, key: aKey, scope };
const rateRules: OptionRules = { limit: aLimit, per: aPositiveDuration, key: aKey, scope };

const durationOr = (rest: string): OptionRule => ({
  expected: `a duration, more than 0, or an object with ${rest}`,
  accepts: (value) => isPlainObject(value) || aPositiveDuration.accepts(value),
});

/** The rules of {@link KeyOptions}; what is inside of them, {@link checkKeyOptions} looks at. */
export const keyRules: OptionRules = {
  unique: { expected: "true or an object", accepts: (value) => value === true || isPlainObject(value) },
  throttle: durationOr("every"),
  debounce: durationOr("wait"),
  concurrency: anObject,
  rateLimit: anObject,
};

/** @throws {InvalidOptionError} */
export function checkKeyOptions(owner: string, options: KeyOptions): void {
  const { unique, throttle, debounce, concurrency, rateLimit } = options;
  if (typeof unique === "object") checkOptions(`${owner}: unique`, unique, uniqueRules);
  if (typeof throttle === "object") checkBag(`${owner}: throttle`, throttle, throttleRules, ["every"]);
  if (typeof debounce === "object") checkDebounce(`${owner}: debounce`, debounce);
  if (concurrency !== undefined) checkBag(`${owner}: concurrency`, concurrency, concurrencyRules, ["limit"]);
  if (rateLimit !== undefined) checkBag(`${owner}: rateLimit`, rateLimit, rateRules, ["limit", "per"]);
}

function checkDebounce(owner: string, options: DebounceOptions): void {
  checkBag(owner, options, debounceRules, ["wait"]);
  const { wait, maxWait } = options;
  if (maxWait === undefined || toMs(maxWait, "maxWait") >= toMs(wait, "wait")) return;
  throw expected(`${owner}: maxWait`, `at least as long as wait (${wait})`, maxWait);
}

function checkBag(owner: string, options: object, rules: OptionRules, required: readonly string[]): void {
  checkOptions(owner, options, rules);
  for (const name of required) {
    const value: unknown = Reflect.get(options, name);
    if (value === undefined) throw expected(`${owner}.${name}`, rules[name]?.expected ?? "a value", value);
  }
}
