import { hostname } from "node:os";

import { sleep, systemClock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { ClaimAnswer } from "../../stores/contract/claim.ts";
import { Fetcher } from "./fetcher.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Session } from "./session.ts";
import { Sweeper } from "./sweeper.ts";
import { UnknownTasks } from "./unknown-tasks.ts";
import { Workplace, type WorkEnvironment } from "./workplace.ts";

/** What a worker is made of. */
export interface WorkerParts {
  readonly work: WorkEnvironment;
  readonly concurrency: number;
  readonly queues: readonly string[] | undefined;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly log: Log;
}

/** The patience of a stop. */
export interface StopBudget {
  /** How long running jobs may go on. */
  readonly drainMs: number;
  /** How long they may take after their `signal` has aborted. */
  readonly graceMs: number;
  /** Aborts when nobody wants to wait any longer. */
  readonly hurry?: AbortSignal;
}

/**
 * Claims jobs and runs them. Its actors, each a loop of its own: the fetcher claims when there is room, the heartbeat keeps
 * the session alive and hears of cancellations, the sweeper takes back what others have lost.
 */
export class WorkerLoop {
  readonly #parts: WorkerParts;
  readonly #session: Session;
  readonly #workplace: Workplace;
  readonly #fetcher: Fetcher;
  readonly #heartbeat: Heartbeat;
  readonly #sweeper: Sweeper;
  readonly #unknown: UnknownTasks;
  #stopListening: (() => void) | undefined;
  #fetching: Promise<void> | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<readonly string[]> | undefined;
  #renewing: Promise<void> | undefined;

  constructor(parts: WorkerParts) {
    const { work, concurrency, queues, leaseMs, pollMs, log } = parts;
    const { store, clock, events, registry } = work;
    this.#parts = parts;
    this.#session = new Session({ store, leaseMs, name: `${hostname()}:${process.pid}` });
    this.#unknown = new UnknownTasks(events);
    this.#workplace = new Workplace({
      work,
      session: this.#session,
      concurrency,
      onRoom: () => this.#fetcher.hasRoom(),
    });
    this.#fetcher = new Fetcher({
      store,
      session: this.#session,
      clock,
      queues,
      tasks: registry.names,
      pollMs,
      room: () => this.#workplace.room(),
      take: (jobs, batch) => this.#workplace.take(jobs, batch),
      note: (answer) => this.#note(answer),
      lost: () => this.#renew(),
      onError: (error) => work.onError("claiming jobs", error),
    });
    this.#heartbeat = new Heartbeat({
      session: this.#session,
      clock,
      leaseMs,
      log,
      cancel: (ids) => this.#workplace.cancel(ids),
      tell: (now) => this.#workplace.tell(now),
      lost: () => this.#renew(),
      onError: (error) => work.onError("extending the lease", error),
    });
    this.#sweeper = new Sweeper({
      store,
      clock,
      leaseMs,
      isSure: () => this.#heartbeat.isSure,
      events,
      onError: work.onError,
    });
  }

  /** How many jobs run. */
  get running(): number {
    return this.#workplace.running;
  }

  /** Registers and begins. Calling it again returns the same promise. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async #start(): Promise<void> {
    await this.#session.register();
    if (this.#stopping !== undefined) return;
    this.#stopListening = this.#parts.work.store.onWake((topic) => {
      if (topic !== "ended") this.#fetcher.wake();
      if (topic === "control") this.#heartbeat.soon();
    });
    this.#heartbeat.start();
    this.#sweeper.start();
    this.#fetching = this.#fetcher.run();
  }

  /** Jobs are being stored: claims, and settles, in the same turn of the event loop, and so in the same commit. */
  wake(): void {
    this.#workplace.settler.flush();
    this.#fetcher.wake(true);
  }

  /** Claims nothing more and hands back what has not begun; what runs goes on. */
  stopClaiming(): void {
    this.#fetcher.stop();
    this.#workplace.startNoMore();
  }

  /**
   * Claims nothing more; hands back what has not begun; lets what runs end, then asks it to stop, then hands it back without
   * costing an attempt. Returns the names of the tasks whose functions go on all the same. Calling it again returns the same
   * promise.
   */
  stop(budget: StopBudget): Promise<readonly string[]> {
    this.#stopping ??= this.#stop(budget);
    return this.#stopping;
  }

  async #stop({ drainMs, graceMs, hurry }: StopBudget): Promise<readonly string[]> {
    this.stopClaiming();
    await this.#starting?.catch(() => {});
    await this.#fetching;
    await this.#idleWithin(drainMs, hurry);
    this.#workplace.stopAll();
    await this.#idleWithin(graceMs, hurry);
    if (hurry?.aborted === true) await this.#idleWithin(Math.min(graceMs, hurriedMs));
    await this.#leave();
    return this.#workplace.unfinished;
  }

  async #leave(): Promise<void> {
    this.#stopListening?.();
    await Promise.all([this.#heartbeat.stop(), this.#sweeper.stop()]);
    this.#workplace.settler.giveUp();
    this.#workplace.close();
    try {
      await this.#session.leave();
    } catch (error) {
      this.#parts.work.onError("leaving", error);
    }
  }

  async #idleWithin(ms: number, hurry?: AbortSignal): Promise<void> {
    const idle = new AbortController();
    void this.#workplace.idle().then(() => idle.abort());
    await Promise.resolve();
    await sleep(systemClock, ms, hurry === undefined ? idle.signal : AbortSignal.any([idle.signal, hurry]));
  }

  #note(answer: ClaimAnswer): void {
    this.#workplace.tell(answer.now);
    this.#unknown.note(answer.parked);
  }

  /** The store has ended the session: what it held is lost, and it goes on under another one. */
  #renew(): Promise<void> {
    this.#renewing ??= this.#renewNow().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #renewNow(): Promise<void> {
    this.#workplace.loseAll();
    this.#session.renew();
    await this.#session.register().catch((error: unknown) => this.#parts.work.onError("registering", error));
    this.#fetcher.wake();
  }
}

const hurriedMs = 500;
