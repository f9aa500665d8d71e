import type { ErrorRecord } from "./job-record.ts";
import type { NewJob } from "./new-job.ts";

/**
 * How an attempt has ended. Applied only if the job is still held under the token.
 *
 * - `succeeded`, `failed`, `cancelled`: the job has ended. A parent's end resolves its children: when all parents have
 *   succeeded a child is due after its delay; when one has ended otherwise, so does the child.
 * - `retry`: the attempt counts and has failed; due again after `delayMs`.
 * - `snooze`: the attempt does not count; due after `delayMs`.
 * - `sleep`: the same, and remembers as the step `step` the time until which it sleeps.
 * - `release`: handed back; the attempt does not count, and the job is due as before, in its old place.
 *
 * Asked to cancel, a job ends as `cancelled` with any of the last four, without an error; a success or a failure stays one.
 */
export type Outcome =
  | (Settled & {
      readonly kind: "succeeded";
      readonly result: string | undefined;
      /** Jobs that it has added, stored together with its success, and after it: a unique key that it had is free by then. */
      readonly spawned?: readonly NewJob[];
    })
  | (Settled & { readonly kind: "failed"; readonly error: ErrorRecord })
  | (Settled & { readonly kind: "cancelled"; readonly error?: ErrorRecord })
  | (Settled & { readonly kind: "retry"; readonly delayMs: number; readonly error: ErrorRecord })
  | (Settled & { readonly kind: "snooze"; readonly delayMs: number })
  | (Settled & { readonly kind: "sleep"; readonly delayMs: number; readonly step: string })
  | (Settled & { readonly kind: "release" });

interface Settled {
  readonly id: string;
  readonly token: string;
}

/**
 * `applied`; `repeated`: this attempt has been settled under this token before, and nothing was done; `lost`: the job is
 * no longer held under this token, and nothing was done.
 */
export type SettleAnswer = "applied" | "repeated" | "lost";

/** Something that a running attempt reports. Applied only if the job is still held under the token. */
export type RecordEntry =
  | {
      readonly id: string;
      readonly token: string;
      readonly kind: "step";
      readonly name: string;
      readonly value: string;
    }
  | { readonly id: string; readonly token: string; readonly kind: "progress"; readonly data: string }
  | { readonly id: string; readonly token: string; readonly kind: "log"; readonly data: string };

/** A remembered step. Recorded again under its name, it keeps its place and has the new value. */
export interface StepRecord {
  readonly name: string;
  /** Its encoded value; absent for a sleep. */
  readonly value?: string;
  /** Until when it sleeps, by the store's clock; absent for others. */
  readonly sleepUntil?: number;
}

/** One of the last 1,000 events of a job. */
export interface EventRecord {
  /** Rises within a job; where to go on reading. */
  readonly id: number;
  readonly at: number;
  readonly kind: "progress" | "log";
  readonly data: string;
}
