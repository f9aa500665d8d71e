import type { AttemptEnvironment } from "../../background/attempt.ts";
import type { Clock } from "../../base/clock.ts";
import type { ClaimedJob } from "../../stores/contract/claim.ts";
import type { Outcome } from "../../stores/contract/outcome.ts";
import type { Store } from "../../stores/contract/store.ts";
import { Execution } from "../execution/execution.ts";
import type { EngineReports, ExecutionHost, HeldJob } from "../execution/execution-host.ts";
import { Recorder } from "../execution/recorder.ts";
import { stopForCancel, stopForLoss, stopForShutdown, type Stop } from "../execution/stop.ts";
import type { TaskRegistry } from "../task-registry.ts";
import { Deadlines } from "./deadlines.ts";
import { Prefetch } from "./prefetch.ts";
import type { Batch, Session } from "./session.ts";
import { Settler, type Settleable } from "./settler.ts";
import { WorkSlots } from "./slots.ts";
import { TurnBudget } from "./turn-budget.ts";

/** What all work of an engine in this process shares. */
export interface WorkEnvironment {
  readonly store: Store;
  readonly registry: TaskRegistry;
  readonly environment: AttemptEnvironment;
  readonly events: EngineReports;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly onError: (doing: string, error: unknown) => void;
}

/** What a workplace is told to be. */
export interface WorkplaceParts {
  readonly work: WorkEnvironment;
  readonly session: Session;
  readonly concurrency: number;
  /** There is room for more. */
  readonly onRoom: () => void;
}

/** So many short jobs take about a millisecond. Where the store works in this process, more turns would only part its commits. */
const startsPerTurn = 100;
/** Past this many unsettled outcomes nothing more is fetched. */
const mostUnsettled = 1_000;

/** Where claimed jobs run: slots, those that wait for one, and what settles and records them. */
export class Workplace implements ExecutionHost {
  readonly store: Store;
  readonly registry: TaskRegistry;
  readonly environment: AttemptEnvironment;
  readonly events: EngineReports;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly recorder: Recorder;
  readonly settler: Settler;
  readonly #session: Session;
  readonly #onRoom: () => void;
  readonly #slots: WorkSlots;
  readonly #prefetch: Prefetch;
  readonly #deadlines: Deadlines<Execution>;
  readonly #budget: TurnBudget;
  readonly #abandoned = new Set<HeldJob>();
  #waiting: Waiting[] = [];
  #starts = true;
  #isFilling = false;
  /** Nothing more is fetched until some outcomes have been settled. */
  #isClogged = false;
  #offsetMs = 0;
  #onEmpty: (() => void)[] = [];

  constructor({ work, session, concurrency, onRoom }: WorkplaceParts) {
    this.store = work.store;
    this.registry = work.registry;
    this.environment = work.environment;
    this.events = work.events;
    this.clock = work.clock;
    this.timeoutMs = work.timeoutMs;
    this.graceMs = work.graceMs;
    this.#session = session;
    this.#onRoom = onRoom;
    this.recorder = new Recorder(
      work.store,
      () => session.id,
      (error) => work.onError("recording what jobs report", error),
    );
    this.settler = new Settler({
      store: work.store,
      clock: work.clock,
      worker: () => session.id,
      expectsMore: () => work.store.capabilities.remote && this.#waiting.length > 0,
      onError: (error) => work.onError("settling jobs", error),
    });
    this.#slots = new WorkSlots(concurrency);
    const { goodBatch, remote } = this.store.capabilities;
    // A store that is elsewhere can be busy with the next claim while the jobs of the last one are run.
    this.#prefetch = new Prefetch(concurrency, remote ? 2 * goodBatch : goodBatch);
    this.#budget = new TurnBudget(remote ? startsPerTurn : Number.POSITIVE_INFINITY, () => {
      if (this.#starts) this.#fill();
    });
    this.#deadlines = new Deadlines(work.clock, (execution) => this.#slots.has(execution));
  }

  /** How many jobs run. */
  get running(): number {
    return this.#slots.size - this.#slots.free;
  }

  /** How many jobs to claim now, and how many of them may have a key. */
  room(): { readonly limit: number; readonly keyed: number } {
    const waiting = this.#waiting.length;
    const ahead = this.#prefetch.ahead(performance.now());
    this.#isClogged = this.settler.backlog > mostUnsettled;
    // Those in line may have their slots, and begin in the next turns.
    const late = waiting - this.#slots.free;
    if (this.#isClogged || (ahead > 0 && late > ahead / 2)) return { limit: 0, keyed: 0 };
    const free = Math.max(0, -late);
    const limit = Math.min(Math.max(0, ahead - late), this.store.capabilities.maxBatch);
    return { limit, keyed: Math.min(free, limit) };
  }

  /** The store's time, as well as it is known. */
  now(): number {
    return this.clock.now() + this.#offsetMs;
  }

  /** The store's time was just this. */
  tell(now: number): void {
    this.#offsetMs = now - this.clock.now();
  }

  /** Takes claimed jobs in and starts as many as there are slots. Jobs with a key never wait for one. */
  take(jobs: readonly ClaimedJob[], batch: Batch): void {
    const free = this.#slots.free - this.#waiting.length;
    const ordered = jobs.length > free && jobs.some(isKeyed) ? keyedFirst(jobs) : jobs;
    for (const job of ordered) this.#waiting.push({ job, batch });
    if (this.#starts) this.#fill();
    else this.#handBack(() => true);
  }

  /** A function that ends at once makes room in the middle of this, which goes on with the next one by itself. */
  #fill(): void {
    if (this.#isFilling) return;
    this.#isFilling = true;
    while (this.#waiting.length > 0 && this.#slots.free > 0 && this.#budget.take()) {
      const { job, batch } = this.#waiting.shift() as Waiting;
      const execution = new Execution(job, batch, this);
      this.#slots.take(execution);
      execution.start();
    }
    this.#isFilling = false;
  }

  watch(execution: Execution): void {
    this.#deadlines.add(execution);
  }

  settle(execution: Execution, outcome: Outcome): void {
    // What an attempt has reported is fenced by its token, so it goes first.
    const recorded = this.recorder.isEmpty ? undefined : this.recorder.flush();
    if (recorded === undefined) this.settler.add(execution, outcome, execution.job.keyed || !this.#starts);
    else this.settler.addAfter(recorded, execution, outcome);
  }

  free(execution: Execution): void {
    this.#slots.give(execution);
    this.#deadlines.delete(execution);
    this.#prefetch.ended(performance.now(), this.clock.now() - execution.startedAt);
    if (this.#waiting.length > 0 && this.#starts) this.#fill();
    this.#onRoom();
    if (this.running === 0) this.#tellEmpty();
  }

  over(execution: Execution): void {
    this.#session.release(execution.batch);
    // By then all slots may be free, so that no end of a job would tell of the room.
    if (this.#isClogged && this.settler.backlog <= mostUnsettled) {
      this.#isClogged = false;
      this.#onRoom();
    }
  }

  abandon(execution: HeldJob): void {
    this.#abandoned.add(execution);
  }

  returned(execution: HeldJob): void {
    this.#abandoned.delete(execution);
  }

  /** The tasks whose functions have not ended, those given up included: one name for each function. */
  get unfinished(): readonly string[] {
    return [...this.#abandoned, ...this.#slots].map(({ job }) => job.task);
  }

  /** Somebody wants these jobs to stop. */
  cancel(ids: readonly string[]): void {
    const wanted = new Set(ids);
    this.#stopEach(({ id, task }) => (wanted.has(id) ? stopForCancel(task, id) : undefined));
    this.#handBack(({ job }) => wanted.has(job.id));
  }

  /** Everything that was held has been lost. */
  loseAll(): void {
    this.#waiting = [];
    this.#stopEach(({ id, task }) => stopForLoss(task, id));
  }

  /** From now on nothing is started: what has not begun goes back, and so does what is still to come. */
  startNoMore(): void {
    this.#starts = false;
    this.#handBack(() => true);
  }

  /** What runs is asked to stop, to be handed back. */
  stopAll(): void {
    this.#stopEach(({ id, task }) => stopForShutdown(task, id));
  }

  /** Resolves when nothing runs and everything is settled. */
  async idle(): Promise<void> {
    while (this.running > 0 || this.#waiting.length > 0) {
      await new Promise<void>((resolve) => this.#onEmpty.push(resolve));
    }
    await this.recorder.flush();
    await this.settler.idle();
  }

  /** Nothing is watched any longer. */
  close(): void {
    this.#deadlines.clear();
  }

  #handBack(which: (waiting: Waiting) => boolean): void {
    const back = this.#waiting.filter((waiting) => which(waiting));
    if (back.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => !back.includes(waiting));
    for (const { job, batch } of back) {
      const returned: Settleable = { settled: () => this.#session.release(batch) };
      this.settler.add(returned, { kind: "release", id: job.id, token: batch.token }, true);
    }
  }

  /** Asks those that run to stop for whom there is a reason. */
  #stopEach(stopOf: (job: ClaimedJob) => Stop | undefined): void {
    for (const execution of this.#slots) {
      const stop = stopOf(execution.job);
      if (stop !== undefined) execution.stop(stop);
    }
  }

  #tellEmpty(): void {
    const waiting = this.#onEmpty;
    this.#onEmpty = [];
    for (const resolve of waiting) resolve();
  }
}

/** A claimed job without a slot. */
interface Waiting {
  readonly job: ClaimedJob;
  readonly batch: Batch;
}

const isKeyed = ({ keyed }: ClaimedJob): boolean => keyed;

function keyedFirst(jobs: readonly ClaimedJob[]): readonly ClaimedJob[] {
  return [...jobs.filter(({ keyed }) => keyed), ...jobs.filter(({ keyed }) => !keyed)];
}
