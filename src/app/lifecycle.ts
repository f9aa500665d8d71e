import type { HostedEngine, WorkOptions } from "../background/hosted-engine.ts";
import type { DrainBudget, TaskRunner } from "../background/task-runner.ts";
import { sleep, systemClock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { AppScope } from "../dependencies/app-scope.ts";
import type { Dependency } from "../dependencies/dependency.ts";
import type { ShutdownBudget } from "./host-options.ts";
import type { LongLived } from "./request/long-lived.ts";

/** What starts and ends with an app. */
export interface LifecycleParts {
  readonly runner: TaskRunner;
  readonly appScope: AppScope;
  readonly longLived: LongLived;
  /** What of the engine starts and ends with the app, if there is one. */
  readonly engine: HostedEngine | undefined;
  /** The worker that the app starts for it; `undefined`: none. */
  readonly work: WorkOptions | undefined;
  readonly budget: ShutdownBudget;
  readonly log: Log;
}

/** The life of an app: its start, what of its responses is still to be done, and its end. */
export class Lifecycle {
  readonly #parts: LifecycleParts;
  readonly #unfinished = new Map<Promise<void>, string>();
  #starting: Promise<void> | undefined;
  #working: Promise<void> | undefined;
  #closing: Promise<readonly string[]> | undefined;
  #ready = false;

  constructor(parts: LifecycleParts) {
    this.#parts = parts;
  }

  /** Is it started and not draining? */
  get ready(): boolean {
    return this.#ready;
  }

  /** Makes dependencies of `app` scope. Calling it again returns the same promise, unless it failed. */
  start(reached: () => Iterable<Dependency>): Promise<void> {
    this.#starting ??= this.#start(reached()).catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  async #start(reached: Iterable<Dependency>): Promise<void> {
    const { appScope, engine, runner } = this.#parts;
    const tasks = [...(engine?.tasks ?? [])];
    const ofTasks = tasks.flatMap((task) => runner.environment.planOf(task).appDependencies);
    for (const dependency of new Set([...reached, ...ofTasks])) await appScope.get(dependency);
    await engine?.open();
    this.#ready = true;
  }

  /** Starts the app's worker, if it is to have one. Calling it again returns the same promise, unless it failed. */
  work(): Promise<void> {
    const { engine, work } = this.#parts;
    if (engine === undefined || work === undefined) return Promise.resolve();
    this.#working ??= engine.work(work).catch((error: unknown) => {
      this.#working = undefined;
      throw error;
    });
    return this.#working;
  }

  /** Something of the route of this name that the end waits for. */
  track(work: Promise<void>, name: string): Promise<void> {
    const tracked = work.finally(() => this.#unfinished.delete(tracked));
    this.#unfinished.set(tracked, name);
    return tracked;
  }

  /** Resolves when nothing is left to be done. */
  async idle(): Promise<void> {
    do {
      await Promise.all(this.#unfinished.keys());
      await this.#parts.runner.idle();
    } while (this.#unfinished.size > 0);
  }

  beginShutdown(): void {
    this.#ready = false;
    this.#parts.longLived.end();
    this.#parts.engine?.stopClaiming();
  }

  /** Drains, then closes `app` scope. Returns the names of what was abandoned; again, the same promise. */
  close(budget: Partial<DrainBudget>): Promise<readonly string[]> {
    this.#closing ??= this.#close({ ...this.#parts.budget, ...budget });
    return this.#closing;
  }

  async #close(budget: DrainBudget): Promise<readonly string[]> {
    this.beginShutdown();
    const deadline = performance.now() + budget.drainMs + budget.graceMs;
    const { appScope, log } = this.#parts;
    const tasks = await this.#drain(budget);
    if (tasks.length > 0) log.error("the shutdown abandoned background tasks", { tasks });
    const routes = tasks.length > 0 ? [] : await this.#finishWithin(deadline - performance.now(), budget.hurry);
    if (routes.length > 0) log.error("the shutdown abandoned sockets or clean-up code that did not end", { routes });
    await this.#parts.engine
      ?.detach()
      .catch((error: unknown) => log.error("the engine could not be closed", { error }));
    const closed = await appScope.close();
    for (const error of closed.errors) log.error("app scope could not be closed", { error });
    return [...tasks, ...routes];
  }

  /** Workers and in-process tasks side by side; then the tasks that the last durable jobs have added. */
  async #drain(budget: DrainBudget): Promise<readonly string[]> {
    const { runner } = this.#parts;
    const start = performance.now();
    const [tasks, durable] = await Promise.all([runner.drain(budget), this.#stopWorkers(budget)]);
    if (tasks.length > 0 || runner.pending === 0) return [...tasks, ...durable];
    const drainMs = Math.max(0, budget.drainMs - (performance.now() - start));
    return [...(await runner.drain({ ...budget, drainMs })), ...durable];
  }

  /** Whatever becomes of the workers, `app` scope is to be closed. */
  async #stopWorkers(budget: DrainBudget): Promise<readonly string[]> {
    const { engine, log } = this.#parts;
    try {
      return (await engine?.stop(budget)) ?? [];
    } catch (error) {
      log.error("the workers could not be stopped", { error });
      return [];
    }
  }

  /** Waits for sockets and for clean-up after tasks. Returns the routes of those that have not ended. */
  async #finishWithin(ms: number, hurry: AbortSignal | undefined): Promise<readonly string[]> {
    const finished = new AbortController();
    void Promise.allSettled(this.#unfinished.keys()).then(() => finished.abort());
    await sleep(systemClock, ms, hurry === undefined ? finished.signal : AbortSignal.any([finished.signal, hurry]));
    return [...this.#unfinished.values()];
  }
}
