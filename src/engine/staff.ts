import type { AttemptEnvironment } from "../background/attempt.ts";
import { backgroundLimits } from "../background/background-options.ts";
import type { DurablePort } from "../background/durable-port.ts";
import type { EngineHost, HostedEngine, WorkOptions } from "../background/hosted-engine.ts";
import { TaskRunner } from "../background/task-runner.ts";
import { systemClock } from "../base/clock.ts";
import { AfterworkError } from "../base/errors.ts";
import { Events } from "../base/events.ts";
import { AppScope } from "../dependencies/app-scope.ts";
import { Overrides } from "../dependencies/overrides.ts";
import type { AnyTask } from "../tasks/any-task.ts";
import type { EngineCore } from "./engine-core.ts";
import type { EngineSettings } from "./engine-options.ts";
import type { ReportDesk } from "./engine-reports.ts";
import type { TaskRegistry } from "./task-registry.ts";
import type { Scheduler } from "./worker/scheduler.ts";
import { WorkerLoop, type StopBudget } from "./worker/worker-loop.ts";
import type { WorkEnvironment } from "./worker/workplace.ts";

/** What a staff works with. */
export interface StaffParts {
  core(): EngineCore;
  /** Does a test client run its jobs, in a store of its own? */
  isOnTrial(): boolean;
  /** Where durable tasks go that work adds, while there is no app. */
  readonly port: DurablePort;
  readonly registry: TaskRegistry;
  readonly settings: EngineSettings;
  readonly reports: ReportDesk;
  readonly scheduler: Scheduler;
}

/** How many jobs a worker runs at a time that says nothing of its own. */
const defaultConcurrency = 20;

/** The workers of an engine in this process, and the app that they belong to, if there is one. */
export class Staff implements HostedEngine {
  readonly #parts: StaffParts;
  readonly #workers = new Set<WorkerLoop>();
  readonly #leaving = new Set<WorkerLoop>();
  #host: AttemptEnvironment | undefined;
  #own: OwnHost | undefined;
  #apps = 0;
  #closed = false;

  constructor(parts: StaffParts) {
    this.#parts = parts;
  }

  get tasks(): Iterable<AnyTask> {
    return this.#parts.registry.all;
  }

  /** Is anybody at work? */
  get isWorking(): boolean {
    return this.#workers.size > 0;
  }

  attach({ environment, events }: EngineHost): void {
    if (this.#own !== undefined) {
      throw new AfterworkError(
        "INVALID_DEFINITION",
        "App: the engine works already without this app; make the app first",
      );
    }
    this.#apps += 1;
    this.#host = environment;
    this.#parts.reports.join(events, environment.log);
  }

  open(): Promise<void> {
    return this.#parts.core().open();
  }

  /** A framework under test starts its worker by itself, which would race the test client for its jobs. */
  async work(options: WorkOptions): Promise<void> {
    if (!this.#parts.isOnTrial()) await this.hire(options);
  }

  /** Starts a worker. @throws {AfterworkError} `ENGINE_CLOSED` after `close`. */
  async hire({ concurrency = defaultConcurrency, queues }: WorkOptions): Promise<WorkerLoop> {
    await this.open();
    if (this.#closed) throw new AfterworkError("ENGINE_CLOSED", "the engine has been closed");
    const { leaseMs, pollMs } = this.#parts.settings;
    const { log } = this.environment.environment;
    const worker = new WorkerLoop({ work: this.environment, concurrency, queues, leaseMs, pollMs, log });
    this.#workers.add(worker);
    try {
      await worker.start();
    } catch (error) {
      this.#workers.delete(worker);
      if (this.#workers.size === 0) await this.#parts.scheduler.stop();
      throw error;
    }
    // It may have been dismissed while it started, and then nobody would stop the schedules.
    if (this.#workers.has(worker) && !this.#leaving.has(worker)) this.#parts.scheduler.start();
    return worker;
  }

  /** Stops one worker; the last one stops the schedules as well. */
  async dismiss(worker: WorkerLoop, budget: StopBudget): Promise<readonly string[]> {
    this.#leaving.add(worker);
    const isLast = [...this.#workers].every((other) => this.#leaving.has(other));
    const [tasks] = await Promise.all([worker.stop(budget), isLast ? this.#parts.scheduler.stop() : undefined]);
    this.#workers.delete(worker);
    this.#leaving.delete(worker);
    return tasks;
  }

  /** While another app is there, its work goes on. */
  stopClaiming(): void {
    if (this.#apps <= 1) for (const worker of this.#workers) worker.stopClaiming();
  }

  async stop(budget: StopBudget): Promise<readonly string[]> {
    return this.#apps <= 1 ? this.#stopAll(budget) : [];
  }

  async #stopAll(budget: StopBudget): Promise<readonly string[]> {
    return (await Promise.all([...this.#workers].map((worker) => this.dismiss(worker, budget)))).flat();
  }

  /** There may be work: the workers of this process look in the same turn of the event loop. */
  wake(): void {
    for (const worker of this.#workers) worker.wake();
  }

  /** Stops all workers for good. */
  async close(budget: StopBudget): Promise<readonly string[]> {
    this.#closed = true;
    const [tasks] = await Promise.all([this.#stopAll(budget), this.#parts.scheduler.stop()]);
    return tasks;
  }

  async detach(): Promise<void> {
    this.#apps -= 1;
    if (this.#apps > 0) return;
    await this.close({ drainMs: 0, graceMs: this.#parts.settings.graceMs });
    await this.#parts.core().close();
  }

  /** Closes what an engine without an app had to make for itself. */
  async closeOwn(): Promise<void> {
    await this.#own?.close();
  }

  /** What work needs around it now. */
  get environment(): WorkEnvironment {
    const { registry, settings, reports, port } = this.#parts;
    const { store, clock } = this.#parts.core();
    return {
      store,
      registry,
      clock,
      environment: this.#host ?? (this.#own ??= new OwnHost(settings, port)).environment,
      events: reports,
      timeoutMs: settings.timeoutMs,
      graceMs: settings.graceMs,
      onError: (doing, error) => void reports.emit("storeFailed", { doing, error }),
    };
  }
}

/** What an app would lend its engine, where there is no app: a worker process. */
class OwnHost {
  readonly environment: AttemptEnvironment;
  readonly #runner: TaskRunner;
  readonly #appScope: AppScope;
  readonly #graceMs: number;

  constructor({ log, graceMs }: EngineSettings, engine: DurablePort) {
    const overrides = new Overrides();
    this.#graceMs = graceMs;
    this.#appScope = new AppScope(log, overrides);
    this.#runner = new TaskRunner({
      limits: backgroundLimits({}),
      graceMs,
      engine,
      appScope: this.#appScope,
      overrides,
      events: new Events(log),
      log,
      clock: systemClock,
    });
    this.environment = this.#runner.environment;
  }

  async close(): Promise<void> {
    await this.#runner.drain({ drainMs: this.#graceMs, graceMs: this.#graceMs });
    await this.#appScope.close();
  }
}
