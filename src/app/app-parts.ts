import type { TaskRunner } from "../background/task-runner.ts";
import type { Events } from "../base/events.ts";
import type { Log } from "../base/log.ts";
import type { AppScope } from "../dependencies/app-scope.ts";
import type { Overrides } from "../dependencies/overrides.ts";
import type { AppEvents } from "./app-events.ts";
import type { VisitObserver } from "./request/request-observer.ts";
import type { LongLived } from "./request/long-lived.ts";
import type { TaskTiming } from "./platform.ts";
import type { ErrorHandlers } from "./response/error-handlers.ts";

/** A request that has been answered by its route, as whoever answers it anew sees it. */
export interface OpenExchange {
  answerAnew(error: unknown): Promise<Response>;
}

/** The parts of an app that every request uses. */
export interface AppParts extends TaskTiming {
  readonly runner: TaskRunner;
  readonly appScope: AppScope;
  readonly overrides: Overrides;
  readonly errorHandlers: ErrorHandlers;
  readonly events: Events<AppEvents>;
  readonly log: Log;
  /** The signals of streams and sockets that are open, to be aborted when a shutdown begins. */
  readonly longLived: LongLived;
  /** The exchanges by their requests, kept only where middleware can still fail them. */
  exchanges?: WeakMap<Request, OpenExchange>;
  /** Who watches requests, by what their header says; only while somebody does. */
  observers?: Map<string, VisitObserver>;
  /** Something of the route of this name that a shutdown waits for. */
  track(work: Promise<void>, name: string): Promise<void>;
}
