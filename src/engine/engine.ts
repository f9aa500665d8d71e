import type { CallOrigin, PreparedJob } from "../background/durable-port.ts";
import type { AppEngine, HostedEngine, WorkOptions } from "../background/hosted-engine.ts";
import { aDuration, toMs, type Duration } from "../base/durations.ts";
import type { Clock } from "../base/clock.ts";
import { Events } from "../base/events.ts";
import { aString, checkOptions, expected } from "../base/options.ts";
import type { Store } from "../stores/contract/store.ts";
import type { Job } from "../tasks/job.ts";
import type { ArgsOf, JobOf } from "../tasks/work.ts";
import { keeper } from "./calls.ts";
import type { AnyDurable } from "../tasks/any-composition.ts";
import type { DurableWork } from "../tasks/links.ts";
import { EngineClient } from "./client.ts";
import type { Call, CheckedCalls, JobsOf } from "./enqueue-many.ts";
import { Control } from "./control.ts";
import { EngineCore } from "./engine-core.ts";
import { checkEngineListener, type EngineEvents } from "./engine-events.ts";
import type { EngineInternals } from "./engine-internals.ts";
import { checkWorkOptions, engineSettings, type EngineOptions, type EngineSettings } from "./engine-options.ts";
import { ReportDesk } from "./engine-reports.ts";
import { Inline } from "./inline.ts";
import { StoredJob, type JobSource } from "./jobs/stored-job.ts";
import type { ScheduleDefinition } from "./schedules/schedule.ts";
import { Staff } from "./staff.ts";
import { TaskRegistry } from "./task-registry.ts";
import { Scheduler } from "./worker/scheduler.ts";
import { Worker } from "./worker/worker.ts";

/**
 * Durable tasks: stores their calls, looks jobs up and controls them, and makes the workers that run them. An app that is
 * given one works its queues; other processes may work, or only enqueue, on the same store.
 */
export class Engine extends Control implements AppEngine {
  readonly #settings: EngineSettings;
  readonly #registry: TaskRegistry;
  readonly #events: Events<EngineEvents>;
  readonly #client: EngineClient;
  readonly #staff: Staff;
  readonly #scheduler: Scheduler;
  readonly #own: EngineCore;
  /** Its own, or that of a test client. */
  #core: EngineCore;
  #closing: Promise<void> | undefined;

  /**
   * Nothing is opened yet: the first call does, or the app's start.
   *
   * @throws {InvalidOptionError} @throws {AfterworkError} `INVALID_DEFINITION` for two tasks or schedules of one name.
   */
  constructor(options: EngineOptions) {
    super();
    const settings = engineSettings(options);
    this.#settings = settings;
    this.#registry = new TaskRegistry(options.tasks);
    this.#events = new Events(settings.log);
    this.#own = this.#coreOf(options.store, options.clock);
    this.#core = this.#own;
    this.#client = new EngineClient({
      core: () => this.#core,
      calls: { registry: this.#registry, keepOf: keeper(settings.keep) },
      source: () => this.#source,
      // A claim that overtakes what is being stored finds nothing, and is in the way of the next one.
      onEager: () => {
        if (this.#core.store.capabilities.inOrder) this.#staff.wake();
      },
    });
    const reports = new ReportDesk(this.#events, settings.log);
    this.#scheduler = new Scheduler({
      store: () => this.#core.store,
      clock: () => this.#core.clock,
      jobsOf: (definition) => this.#client.jobsOfSlot(definition),
      onError: (error) => void reports.emit("storeFailed", { doing: "firing schedules", error }),
    });
    this.#staff = new Staff({
      core: () => this.#core,
      isOnTrial: () => this.#core !== this.#own,
      port: this,
      registry: this.#registry,
      settings,
      reports,
      scheduler: this.#scheduler,
    });
    for (const definition of options.schedules ?? []) this.schedule(definition);
  }

  /**
   * Stores one call; resolves after the commit. Calls made at the same time share one write.
   *
   * @throws {UnknownTaskError} when the task is not listed. @throws {InvalidArgumentsError}
   * @throws {JobConflictError} when its unique key is taken and `onConflict` is `"reject"`.
   * @throws {StoreFaultError} when the store can't keep it, or does not answer in time.
   */
  async enqueue<W extends DurableWork>(work: W, ...args: ArgsOf<W>): Promise<JobOf<W>> {
    return (await this.#client.enqueue(work, args)) as unknown as JobOf<W>;
  }

  /**
   * Stores many calls, in order, in chunks that are stored whole or not at all. Every call is checked before any is stored.
   * The jobs come in the order of the calls.
   */
  async enqueueMany<const Calls extends readonly Call[]>(calls: Calls & CheckedCalls<Calls>): Promise<JobsOf<Calls>> {
    return (await this.#client.enqueueMany(calls as Iterable<Call>)) as unknown as JobsOf<Calls>;
  }

  /** A handle of the job with this id, whether there is one or not. */
  job<Result = unknown>(id: string): Job<Result> {
    if (!aString.accepts(id)) throw expected("engine.job", aString.expected, id);
    return new StoredJob<Result>(id, "job", () => this.#source);
  }

  /** Adds a schedule, also while workers run. @throws {AfterworkError} `INVALID_DEFINITION` for a name that is taken. */
  schedule(definition: ScheduleDefinition): void {
    this.#scheduler.add(definition, this.#registry);
  }

  /** Starts a worker in this process. */
  async work(options: WorkOptions = {}): Promise<Worker> {
    checkWorkOptions("engine.work", options);
    return new Worker(await this.#staff.hire(options), this.#staff, this.#settings.graceMs);
  }

  /** Listens; the function returned stops that. @throws {InvalidOptionError} for an event that does not exist. */
  on<Name extends keyof EngineEvents>(name: Name, listener: (event: EngineEvents[Name]) => unknown): () => void {
    checkEngineListener(name, listener);
    return this.#events.on(name, listener);
  }

  /**
   * Stops the workers, giving running jobs `grace` (default `"30s"`), and closes the store. What is called afterwards
   * rejects. Called again, it ends when the first call does.
   */
  async close(options: { readonly grace?: Duration } = {}): Promise<void> {
    checkOptions("engine.close", options, { grace: aDuration });
    const drainMs = toMs(options.grace ?? "30s", "engine.close: grace");
    this.#closing ??= this.#close(drainMs);
    await this.#closing;
  }

  async #close(drainMs: number): Promise<void> {
    const { graceMs, log } = this.#settings;
    const tasks = await this.#staff.close({ drainMs, graceMs });
    if (tasks.length > 0) log.error("the engine abandoned durable tasks, which will run again", { tasks });
    await this.#staff.closeOwn();
    await this.#core.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @internal */
  prepare(work: AnyDurable, args: readonly unknown[], origin: CallOrigin = {}): PreparedJob {
    return this.#client.prepare(work, args, origin);
  }

  /** @internal */
  store(jobs: readonly PreparedJob[]): Promise<void> {
    return this.#client.store(jobs);
  }

  /** @internal */
  get hosted(): HostedEngine {
    return this.#staff;
  }

  /** @internal */
  static internalsOf(engine: Engine): EngineInternals {
    return {
      store: engine.#own.store,
      isWorking: engine.#staff.isWorking,
      use: (store, clock) => {
        const core = engine.#coreOf(store, clock);
        engine.#core = core;
        return () => {
          if (engine.#core === core) engine.#core = engine.#own;
        };
      },
      inline: () => new Inline(engine.#staff.environment, engine.#scheduler, engine.#settings.leaseMs),
    };
  }

  protected override async openStore(): Promise<Store> {
    await this.#core.open();
    return this.#core.store;
  }

  protected override get registry(): TaskRegistry {
    return this.#registry;
  }

  get #source(): JobSource {
    return {
      store: this.#core.store,
      registry: this.#registry,
      watch: this.#core.watch,
      open: () => this.#core.open(),
    };
  }

  #coreOf(store: Store, clock?: Clock): EngineCore {
    const { storeTimeoutMs: timeoutMs, log } = this.#settings;
    return new EngineCore({ store, timeoutMs, log, ...(clock === undefined ? {} : { clock }) });
  }
}
