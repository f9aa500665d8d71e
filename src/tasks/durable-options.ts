import { aDuration, aPositiveDuration, type Duration } from "../base/durations.ts";
import {
  InvalidOptionError,
  anObject,
  checkOptions,
  oneOf,
  wholeNumber,
  type OptionRule,
  type OptionRules,
} from "../base/options.ts";
import { checkKeyOptions, keyRules, type KeyOptions } from "./key-options.ts";

/** How long a job is kept after it has ended. What is left out is as the engine says. */
export interface Retention {
  readonly succeeded?: Duration;
  /** Also for cancelled and expired ones. */
  readonly failed?: Duration;
}

/** The options of durable tasks, on the definition or, by `.with`, for one call. */
export interface DurableOptions<Args extends readonly unknown[] = never[]> extends KeyOptions<Args> {
  /** Default `"default"`. Letters, digits and any of `_ . : / -`. */
  readonly queue?: string;
  /** From -100 to 100: a higher one is started first. Default 0. */
  readonly priority?: number;
  /** Starts no sooner than this after it is stored; in a composition, after what it waits for. */
  readonly delay?: Duration;
  /** Starts no sooner than at this time; a number is milliseconds since the epoch. */
  readonly runAt?: Date | number;
  /** Not started this long after it is stored, it ends as `expired`. */
  readonly expiresIn?: Duration;
  /** Not started by this time, it ends as `expired`. */
  readonly expiresAt?: Date | number;
  /** What follows when its worker vanishes: `retry` counts it as a failed attempt, `fail` ends it. Default `"retry"`. */
  readonly onCrash?: "retry" | "fail";
  /** How long it is kept after it has ended. Default: as the engine says. */
  readonly retention?: Retention;
}

/** The rule for names of queues. */
export const aQueue: OptionRule = {
  expected: "a name of letters, digits and any of _ . : / -",
  accepts: (value) => typeof value === "string" && /^[\w.:/-]{1,200}$/.test(value),
};

const aTime: OptionRule = {
  expected: "a Date or a time in milliseconds since the epoch",
  accepts: (value) => {
    const time = value instanceof Date ? value.getTime() : value;
    return typeof time === "number" && Number.isFinite(time) && Math.abs(time) <= 8.64e15;
  },
};

/** The rules of {@link DurableOptions}; what is inside of them, {@link checkDurableOptions} looks at. */
export const durableRules: OptionRules = {
  ...keyRules,
  queue: aQueue,
  priority: wholeNumber(-100, 100),
  delay: aDuration,
  runAt: aTime,
  expiresIn: aPositiveDuration,
  expiresAt: aTime,
  onCrash: oneOf("retry", "fail"),
  retention: anObject,
};

/** @throws {InvalidOptionError} */
export function checkDurableOptions(owner: string, options: DurableOptions): void {
  checkKeyOptions(owner, options);
  if (options.retention !== undefined) {
    checkOptions(`${owner}: retention`, options.retention, { succeeded: aDuration, failed: aDuration });
  }
  refuseContradictions(owner, options);
}

/** Options that say the same thing in different ways: one given for a call takes the place of the definition's. */
export const alternatives: readonly (readonly (keyof DurableOptions)[])[] = [
  ["delay", "runAt"],
  ["expiresIn", "expiresAt"],
  ["unique", "throttle", "debounce"],
];

/** A debounce is itself a delay. */
const exclusive: readonly (readonly [keyof DurableOptions, keyof DurableOptions])[] = [
  ["delay", "runAt"],
  ["expiresIn", "expiresAt"],
  ["unique", "throttle"],
  ["unique", "debounce"],
  ["throttle", "debounce"],
  ["debounce", "delay"],
  ["debounce", "runAt"],
];

/** @throws {InvalidOptionError} */
export function refuseContradictions(owner: string, options: DurableOptions): void {
  for (const [one, other] of exclusive) {
    if (options[one] === undefined || options[other] === undefined) continue;
    throw new InvalidOptionError(`${owner}: ${one} and ${other} can't stand together`);
  }
}
