import type { AttemptEnvironment } from "../../background/attempt.ts";
import type { Clock } from "../../base/clock.ts";
import type { Events } from "../../base/events.ts";
import type { ClaimedJob } from "../../stores/contract/claim.ts";
import type { Batch } from "../worker/session.ts";
import type { Outcome } from "../../stores/contract/outcome.ts";
import type { Store } from "../../stores/contract/store.ts";
import type { EngineEvents } from "../engine-events.ts";
import type { TaskRegistry } from "../task-registry.ts";
import type { Recorder } from "./recorder.ts";

/** A job that is being run, as its host knows it. */
export interface HeldJob {
  readonly job: ClaimedJob;
  /** The claim under which it is held. */
  readonly batch: Batch;
}

/** What the executions of a worker share. */
export interface ExecutionHost {
  readonly store: Store;
  readonly registry: TaskRegistry;
  readonly environment: AttemptEnvironment;
  readonly events: EngineReports;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** How long an attempt may take that says nothing of its own. */
  readonly timeoutMs: number;
  /** How long a function that was told to stop keeps its slot. */
  readonly graceMs: number;
  /** The store's time, as well as it is known. */
  now(): number;
  /** It goes on after this turn of the event loop, so its time is to be watched. */
  watch(execution: HeldJob): void;
  /** Its outcome is known; `settled` is called with the answer. */
  settle(execution: HeldJob, outcome: Outcome): void;
  /** Its function has ended, or been given up: the slot is free. */
  free(execution: HeldJob): void;
  /** Its function ignores its signal and has been given up. */
  abandon(execution: HeldJob): void;
  /** A function that had been given up has ended after all. */
  returned(execution: HeldJob): void;
  /** Nothing more will happen to it: it was settled, or lost. */
  over(execution: HeldJob): void;
}

/** How executions tell what happened. */
export type EngineReports = Pick<Events<EngineEvents>, "emit" | "has">;
