import { aPositiveDuration, type Duration } from "../base/durations.ts";
import {
  aBoolean,
  aFunction,
  anObject,
  checkOptions,
  wholeNumber,
  type OptionRule,
  type OptionRules,
} from "../base/options.ts";
import type { Inputs } from "../dependencies/inputs.ts";
import type { ScopeName } from "../dependencies/scope-name.ts";
import { checkBackoff, type Backoff } from "./backoff.ts";

/** What a task may depend on: anything that does not read the request. */
export type TaskInputs = Inputs<ScopeName, false>;

/** The options that may also be changed for one call, by `.with`. */
export interface CallOptions {
  /** How many times a failed task is tried again. Default 0. */
  readonly retries?: number;
  /** The wait between attempts. Default: exponential from one second. */
  readonly backoff?: Backoff;
  /** How long one attempt may take; then its `signal` aborts and it fails. Default: `background.timeout` of the app. */
  readonly timeout?: Duration;
  /** Is this error worth another attempt? Default: every one is. */
  readonly retryIf?: (error: unknown) => boolean;
}

/** The options of a task's definition. */
export interface TaskOptions extends CallOptions {
  /** Its own dependencies, resolved anew for every attempt and closed before the attempt counts. */
  readonly deps?: TaskInputs;
  /** Store the call before the response leaves, and run it on any worker. Default false. */
  readonly durable?: boolean;
}

const aBackoff: OptionRule = {
  expected: "a duration or an object with type and delay",
  accepts: (value) => ["number", "string"].includes(typeof value) || anObject.accepts(value),
};

const callRules: OptionRules = {
  retries: wholeNumber(0, 10_000),
  backoff: aBackoff,
  timeout: aPositiveDuration,
  retryIf: aFunction,
};

const definitionRules: OptionRules = { ...callRules, deps: anObject, durable: aBoolean };

/** @throws {InvalidOptionError} */
export function checkTaskOptions(owner: string, options: TaskOptions): void {
  checkOptions(owner, options, definitionRules);
  if (options.backoff !== undefined) checkBackoff(owner, options.backoff);
}

/** @throws {InvalidOptionError} */
export function checkCallOptions(owner: string, options: CallOptions): void {
  checkOptions(owner, options, callRules);
  if (options.backoff !== undefined) checkBackoff(owner, options.backoff);
}
