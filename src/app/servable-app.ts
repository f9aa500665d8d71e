import type { DurablePort } from "../background/durable-port.ts";
import type { DrainBudget } from "../background/task-runner.ts";
import type { Dependency } from "../dependencies/dependency.ts";
import type { ShutdownBudget } from "./host-options.ts";
import type { VisitObserver } from "./request/request-observer.ts";
import type { DirectRoutes } from "./routing/direct-routes.ts";
import type { Replacement } from "./replacement.ts";

/** What a start is to leave out. */
export interface StartOptions {
  /** `false`: no worker. */
  readonly work?: boolean;
}

/** What starts and ends with a server: an app, or what an adapter adds to another framework. */
export interface Startable {
  start(options?: StartOptions): Promise<void>;
  beginShutdown(): void;
  close(budget?: Partial<DrainBudget>): Promise<readonly string[]>;
  override<Value>(dependency: Dependency<Value>, replacement: Replacement<Value>): () => void;
  idle(): Promise<void>;
  /** Where its durable tasks are stored. */
  readonly engine: DurablePort | undefined;
  readonly shutdownBudget: ShutdownBudget;
}

/** What an adapter adds to another framework, as test clients see it. */
export interface WatchableWork extends Startable {
  /** Has requests watched that name `id` in their `observerHeader`. The function returned stops that. */
  observe(id: string, observer: VisitObserver): () => void;
}

/** An app as servers and test clients see it, whatever inputs its handlers share. */
export interface ServableApp extends Startable {
  fetch(request: Request, environment?: object, executionContext?: unknown): Response | Promise<Response>;
  /** The routes that a server may call past `fetch`; `undefined` where middleware must see every request. */
  readonly directRoutes: DirectRoutes | undefined;
}

/** Can it be served? Asked where a JavaScript caller may have passed anything. */
export function isApp(value: unknown): value is ServableApp {
  return hasMethods(value, ["fetch", "start", "close"]);
}

/** Is it what an adapter adds to a framework? */
export function isWatchableWork(value: unknown): value is WatchableWork {
  return hasMethods(value, ["observe", "start", "close"]);
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === "function");
}
