import type { AnyTask } from "./any-task.ts";
import { shapeOf, type CallShape, type CrashFacts, type KeepFacts, type Keyed } from "./call-shape.ts";
import { keyOf, type KeyedCall } from "./job-key.ts";
import { encodeArgs } from "./payload.ts";

export { withStoredOptions } from "./stored-options.ts";

/** One call of a durable task, as plain facts: what a store has to know of it, but for its id and what it waits for. */
export interface DurableCall {
  readonly task: string;
  readonly queue: string;
  readonly priority: number;
  /** The arguments, encoded. */
  readonly args: string;
  readonly crash: CrashFacts;
  /** Absent: as the engine says. */
  readonly keep?: KeepFacts;
  readonly delayMs?: number;
  readonly runAt?: number;
  readonly expiresInMs?: number;
  readonly expiresAt?: number;
  readonly unique?: CallUniqueRule;
  readonly concurrency?: CallConcurrencyRule;
  readonly rate?: CallRateRule;
  /** What a worker has to know of this call; see `withStoredOptions`. */
  readonly options?: string;
}

/** At most one job with this key at a time. The task's name is part of it. */
export interface CallUniqueRule {
  readonly key: string;
  /** Absent: until the job has ended. */
  readonly forMs?: number;
  readonly onConflict: "existing" | "reject" | "replace";
  readonly maxWaitMs?: number;
}

/** At most `limit` jobs with this key run at a time. */
export interface CallConcurrencyRule {
  readonly key: string;
  readonly limit: number;
}

/** At most `limit` jobs with this key are started in any window of `perMs`. */
export interface CallRateRule {
  readonly key: string;
  readonly limit: number;
  readonly perMs: number;
}

/**
 * Describes a call of a durable task.
 *
 * @throws {InvalidArgumentsError} when they can't be stored, its schema refuses them, or a key can't be made of them.
 * @throws {InvalidWorkError} when the task is not durable.
 */
export function describeCall(task: AnyTask, args: readonly unknown[]): DurableCall {
  const shape = shapeOf(task);
  const text = encodeArgs(task, args);
  if (!shape.plain) return describeSpecial(shape, { task, args, text });
  return { task: shape.task, queue: shape.queue, priority: shape.priority, args: text, crash: shape.crash };
}

function describeSpecial(shape: CallShape, call: KeyedCall): DurableCall {
  const { queue, priority, crash, keep, timing, unique, concurrency, rate, options } = shape;
  return {
    task: shape.task,
    queue,
    priority,
    args: call.text,
    crash,
    ...timing,
    ...(keep === undefined ? {} : { keep }),
    ...(unique === undefined ? {} : { unique: withKey(unique, call) }),
    ...(concurrency === undefined ? {} : { concurrency: withKey(concurrency, call) }),
    ...(rate === undefined ? {} : { rate: withKey(rate, call) }),
    ...(options === undefined ? {} : { options }),
  };
}

function withKey<Facts>({ source, facts }: Keyed<Facts>, call: KeyedCall): Facts & { readonly key: string } {
  return { ...facts, key: keyOf(source, call) };
}
