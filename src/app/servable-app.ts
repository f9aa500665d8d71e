import type { DurablePort } from "../background/durable-port.ts";
import type { DrainBudget } from "../background/task-runner.ts";
import type { Dependency } from "../dependencies/dependency.ts";
import type { ShutdownBudget } from "./app-options.ts";
import type { DirectRoutes } from "./routing/direct-routes.ts";
import type { Replacement } from "./replacement.ts";

/** What a start is to leave out. */
export interface StartOptions {
  /** `false`: no worker. */
  readonly work?: boolean;
}

/** An app as servers, adapters and test clients see it, whatever inputs its handlers share. */
export interface ServableApp {
  fetch(request: Request, environment?: object, executionContext?: unknown): Response | Promise<Response>;
  start(options?: StartOptions): Promise<void>;
  beginShutdown(): void;
  close(budget?: Partial<DrainBudget>): Promise<readonly string[]>;
  override<Value>(dependency: Dependency<Value>, replacement: Replacement<Value>): () => void;
  idle(): Promise<void>;
  /** Where its durable tasks are stored. */
  readonly engine: DurablePort | undefined;
  /** The routes that a server may call past `fetch`; `undefined` where middleware must see every request. */
  readonly directRoutes: DirectRoutes | undefined;
  readonly shutdownBudget: ShutdownBudget;
}

/** Can it be served? Asked where a JavaScript caller may have passed anything. */
export function isApp(value: unknown): value is ServableApp {
  if (typeof value !== "object" || value === null) return false;
  return ["fetch", "start", "close"].every((name) => typeof (value as Record<string, unknown>)[name] === "function");
}
