import { backgroundLimits } from "../background/background-options.ts";
import type { DurablePort } from "../background/durable-port.ts";
import { hostedBy } from "../background/hosted-engine.ts";
import { TaskRunner, type DrainBudget } from "../background/task-runner.ts";
import { systemClock } from "../base/clock.ts";
import { Events } from "../base/events.ts";
import { consoleLog, guardLog } from "../base/log.ts";
import { AppScope } from "../dependencies/app-scope.ts";
import type { Dependency } from "../dependencies/dependency.ts";
import { Overrides } from "../dependencies/overrides.ts";
import { checkListener, type AppEvents } from "./app-events.ts";
import type { AppParts } from "./app-parts.ts";
import { shutdownBudget, workOptions, type HostOptions, type ShutdownBudget } from "./host-options.ts";
import { Lifecycle } from "./lifecycle.ts";
import { whenToRun } from "./platform.ts";
import type { Replacement } from "./replacement.ts";
import { LongLived } from "./request/long-lived.ts";
import { ErrorHandlers, type ErrorClass, type ErrorHandler } from "./response/error-handlers.ts";
import type { StartOptions } from "./servable-app.ts";

/**
 * What requests need around them, whoever routes them: the runner of their tasks, `app` scope, the engine's worker, and
 * one life from start to shutdown. An app has one, and so has every framework that an adapter serves.
 */
export class Host {
  readonly parts: AppParts;
  readonly engine: DurablePort | undefined;
  /** The patience that `close` has. */
  readonly shutdownBudget: ShutdownBudget;
  readonly #life: Lifecycle;

  /** The options have been checked. @throws {PlatformError} where in-process tasks would be lost. */
  constructor(options: HostOptions) {
    const { run, ...limits } = options.background ?? {};
    const log = options.log === undefined ? consoleLog : guardLog(options.log);
    const events = new Events<AppEvents>(log);
    const overrides = new Overrides();
    const appScope = new AppScope(log, overrides);
    this.engine = options.engine;
    this.shutdownBudget = shutdownBudget(options.shutdown);
    const runner = new TaskRunner({
      limits: backgroundLimits(limits),
      graceMs: this.shutdownBudget.graceMs,
      engine: options.engine,
      appScope,
      overrides,
      events,
      log,
      clock: systemClock,
    });
    const longLived = new LongLived();
    const engine = hostedBy(options.engine);
    engine?.attach({ environment: runner.environment, events });
    const work = workOptions(options.work);
    this.#life = new Lifecycle({ runner, appScope, longLived, engine, work, budget: this.shutdownBudget, log });
    this.parts = {
      runner,
      ...whenToRun(run),
      appScope,
      overrides,
      errorHandlers: new ErrorHandlers(),
      events,
      log,
      longLived,
      track: (work, name) => this.#life.track(work, name),
    };
  }

  onError<Thrown extends Error>(errorClass: ErrorClass<Thrown>, handler: ErrorHandler<Thrown>): void {
    this.parts.errorHandlers.add(errorClass, handler);
  }

  on<Name extends keyof AppEvents>(name: Name, listener: (event: AppEvents[Name]) => unknown): () => void {
    checkListener(name, listener);
    return this.parts.events.on(name, listener);
  }

  override<Value>(dependency: Dependency<Value>, replacement: Replacement<Value>): () => void {
    return this.parts.overrides.set(dependency, replacement as Dependency | ((context: never) => unknown));
  }

  /** Is it started and not draining? */
  get ready(): boolean {
    return this.#life.ready;
  }

  /** Makes `app` scope as far as `reached` says, then starts the engine's worker, unless told not to. */
  async start(reached: () => Iterable<Dependency>, options: StartOptions): Promise<void> {
    await this.#life.start(reached);
    if (options.work !== false) await this.#life.work();
  }

  beginShutdown(): void {
    this.#life.beginShutdown();
  }

  close(budget: Partial<DrainBudget> = {}): Promise<readonly string[]> {
    return this.#life.close(budget);
  }

  idle(): Promise<void> {
    return this.#life.idle();
  }
}
