import type { StandardSchemaV1 } from "@standard-schema/spec";
import { aPositiveDuration, type Duration } from "../base/durations.ts";
import {
  InvalidOptionError,
  aBoolean,
  aFunction,
  anObject,
  checkOptions,
  wholeNumber,
  type OptionRule,
  type OptionRules,
} from "../base/options.ts";
import { isStandardSchema } from "../base/standard-schema.ts";
import type { Inputs } from "../dependencies/inputs.ts";
import type { ScopeName } from "../dependencies/scope-name.ts";
import { checkBackoff, type Backoff } from "./backoff.ts";
import { aCodec, type Codec } from "./codec.ts";
import {
  alternatives,
  checkDurableOptions,
  durableRules,
  refuseContradictions,
  type DurableOptions,
} from "./durable-options.ts";

/** What a task may depend on: anything that does not read the request. */
export type TaskInputs = Inputs<ScopeName, false>;

/** What every task has, durable or not. */
interface AttemptOptions {
  /** How many times a failed task is tried again. Default 0. */
  readonly retries?: number;
  /** The wait between attempts. Default: exponential from one second. */
  readonly backoff?: Backoff;
  /** How long one attempt may take; then its `signal` aborts and it fails. Default: `background.timeout` of the app; of a durable task, the `timeout` of its engine. */
  readonly timeout?: Duration;
}

/** The options of a task that may also be changed for one call, by `.with`. */
export interface CallOptions extends AttemptOptions {
  /** Is this error worth another attempt? Default: every one is. */
  readonly retryIf?: (error: unknown) => boolean;
}

/** The options of a durable task that may also be changed for one call, by `.with`. */
export interface DurableCallOptions<Args extends readonly unknown[] = never[]>
  extends AttemptOptions, DurableOptions<Args> {
  /** The transaction of the user's own in which the job is stored. What it has to be is up to the store. */
  readonly tx?: unknown;
}

/** The options of a task's definition. All but the first few need `durable: true`. */
export interface TaskOptions extends CallOptions, DurableOptions {
  /** Its own dependencies, resolved anew for every attempt and closed before the attempt counts. */
  readonly deps?: TaskInputs;
  /** Store the call before the response leaves, and run it on any worker. Default false. */
  readonly durable?: boolean;
  /** Checks the arguments, as one tuple, at the call. It has to answer at once; what it makes of them is not used. */
  readonly args?: StandardSchemaV1;
  /** What turns arguments and results into text. Default: plain JSON, and nothing else. */
  readonly codec?: Codec;
  /** Given by `.with` only. */
  readonly tx?: unknown;
}

const aBackoff: OptionRule = {
  expected: "a duration or an object with type and delay",
  accepts: (value) => ["number", "string"].includes(typeof value) || anObject.accepts(value),
};

/** The rules of what every task has. */
export const attemptRules: OptionRules = {
  retries: wholeNumber(0, 10_000),
  backoff: aBackoff,
  timeout: aPositiveDuration,
};

const aTransaction: OptionRule = {
  expected: "a transaction",
  accepts: (value) => (typeof value === "object" && value !== null) || typeof value === "function",
};

const callRules: OptionRules = { ...attemptRules, retryIf: aFunction, ...durableRules, tx: aTransaction };

const definitionRules: OptionRules = {
  ...attemptRules,
  retryIf: aFunction,
  ...durableRules,
  deps: anObject,
  durable: aBoolean,
  args: { expected: "a Standard Schema of the tuple of arguments", accepts: isStandardSchema },
  codec: aCodec,
};

const durableOnly: ReadonlySet<string> = new Set([...Object.keys(durableRules), "args", "codec", "tx"]);

/** @throws {InvalidOptionError} */
export function checkTaskOptions(owner: string, options: TaskOptions): void {
  checkOptions(owner, options, definitionRules);
  checkInside(owner, options, options.durable === true);
}

/**
 * The options of a call: those of the definition, and over them what is given for the call.
 *
 * @throws {InvalidOptionError}
 */
export function withCallOptions(owner: string, options: TaskOptions, given: object): TaskOptions {
  checkOptions(owner, given, callRules);
  const durable = options.durable === true;
  checkInside(owner, given, durable);
  if (durable && "retryIf" in given && given.retryIf !== undefined) {
    throw new InvalidOptionError(`${owner}: retryIf of a durable task belongs to its definition: it can't be stored`);
  }
  const merged = { ...options, ...definedOf(given) };
  for (const group of alternatives) keepNewest(merged, given, group);
  refuseContradictions(owner, merged);
  return merged;
}

function checkInside(owner: string, options: TaskOptions, durable: boolean): void {
  if (options.backoff !== undefined) checkBackoff(owner, options.backoff);
  if (durable) return checkDurableOptions(owner, options);
  const misplaced = Object.keys(definedOf(options)).find((name) => durableOnly.has(name));
  if (misplaced !== undefined) throw new InvalidOptionError(`${owner}: ${misplaced} needs durable: true`);
}

function definedOf(options: object): Record<string, unknown> {
  const defined: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) if (value !== undefined) defined[name] = value;
  return defined;
}

function keepNewest(merged: Record<string, unknown>, given: object, group: readonly string[]): void {
  const newest = group.find((name) => Reflect.get(given, name) !== undefined);
  if (newest === undefined) return;
  for (const name of group) if (name !== newest) delete merged[name];
}
