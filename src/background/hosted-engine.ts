import type { Events } from "../base/events.ts";
import type { AnyTask } from "../tasks/any-task.ts";
import type { AttemptEnvironment } from "./attempt.ts";
import type { BackgroundEvents } from "./background-events.ts";
import type { DurablePort } from "./durable-port.ts";

/** A port with workers, which start and end with its app. */
export interface AppEngine extends DurablePort {
  readonly hosted: HostedEngine;
}

/** What an app starts and ends with itself; `undefined` for a port that only stores. */
export function hostedBy(engine: DurablePort | undefined): HostedEngine | undefined {
  return engine !== undefined && "hosted" in engine ? (engine as AppEngine).hosted : undefined;
}

/** An engine as the app sees it that it belongs to. */
export interface HostedEngine {
  /** From now on its tasks run with the app's dependencies, log and events. */
  attach(host: EngineHost): void;
  /** The tasks that it knows. */
  readonly tasks: Iterable<AnyTask>;
  /** Opens the store, so that what can't be opened fails at start. */
  open(): Promise<void>;
  /** Starts a worker in this process. */
  work(options: WorkOptions): Promise<void>;
  /** The workers claim nothing more. */
  stopClaiming(): void;
  /**
   * Stops the workers: no new claims, running jobs get `drainMs`, then are asked to stop, then handed back. Returns the names of
   * the tasks whose functions go on all the same.
   */
  stop(budget: {
    readonly drainMs: number;
    readonly graceMs: number;
    readonly hurry?: AbortSignal;
  }): Promise<readonly string[]>;
  /** The app has closed. The engine closes with the last one. */
  detach(): Promise<void>;
}

/** What an app lends its engine. */
export interface EngineHost {
  readonly environment: AttemptEnvironment;
  readonly events: Pick<Events<BackgroundEvents>, "emit" | "has">;
}

/** How much a worker does at a time, and of what. */
export interface WorkOptions {
  /** How many jobs run at a time. Default 20. */
  readonly concurrency?: number;
  /** The queues that it serves, in rotation. Default: all. */
  readonly queues?: readonly string[];
}
