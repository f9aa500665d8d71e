import type { DrainBudget } from "../background/task-runner.ts";
import type { Dependency } from "../dependencies/dependency.ts";
import type { ShutdownBudget } from "./app-options.ts";
import type { Replacement } from "./replacement.ts";

/** An app as servers, adapters and test clients see it, whatever inputs its handlers share. */
export interface ServableApp {
  fetch(request: Request, environment?: object, executionContext?: unknown): Response | Promise<Response>;
  start(): Promise<void>;
  beginShutdown(): void;
  close(budget?: Partial<DrainBudget>): Promise<readonly string[]>;
  override<Value>(dependency: Dependency<Value>, replacement: Replacement<Value>): () => void;
  idle(): Promise<void>;
  readonly shutdownBudget: ShutdownBudget;
}
