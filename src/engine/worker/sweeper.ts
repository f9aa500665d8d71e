import type { Clock } from "../../base/clock.ts";
import type { Store } from "../../stores/contract/store.ts";
import type { EngineReports } from "../execution/execution-host.ts";

/** What a sweeper works with. */
export interface SweeperParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly leaseMs: number;
  /** Does the worker's own session stand for certain? */
  readonly isSure: () => boolean;
  readonly events: EngineReports;
  readonly onError: (doing: string, error: unknown) => void;
}

const mostReclaimed = 200;
/** One chunk of pruning holds up nobody. */
const pruneBudgetMs = 10;
const pruneMs = 10_000;
const restBetweenChunksMs = 50;
/** What is to be done but can't be is locked by somebody, maybe for long. */
const restBehindOthersMs = 250;

/** Takes back what vanished workers have held, and forgets what was kept long enough. Every worker has one. */
export class Sweeper {
  readonly #parts: SweeperParts;
  #stopped = false;
  #timers = new Map<"reclaim" | "prune", () => void>();
  #running = new Set<Promise<void>>();
  #postponed = false;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#arm("reclaim", this.#reclaimMs);
    this.#arm("prune", pruneMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#timers.values()) cancel();
    await Promise.all(this.#running);
  }

  get #reclaimMs(): number {
    return Math.min(Math.max(this.#parts.leaseMs / 3, 50), 10_000);
  }

  /** Not in step with other workers. */
  #arm(what: "reclaim" | "prune", ms: number): void {
    if (this.#stopped) return;
    const jittered = ms * (0.75 + Math.random() / 2);
    const { clock } = this.#parts;
    const dueAt = clock.now() + jittered;
    this.#timers.set(
      what,
      clock.after(jittered, () => this.#run(what, clock.now() - dueAt)),
    );
  }

  #run(what: "reclaim" | "prune", lateMs: number): void {
    if (what === "reclaim" && this.#isPostponed(lateMs)) return this.#arm(what, this.#reclaimMs);
    const running = (what === "reclaim" ? this.#reclaim() : this.#prune()).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /**
   * Whoever was asleep or blocked for long is no judge of the others: they first get time to renew. Nor is one that has not
   * renewed its own session yet, which it would be the first to end.
   */
  #isPostponed(lateMs: number): boolean {
    this.#postponed = !this.#postponed && lateMs > this.#parts.leaseMs / 3;
    return this.#postponed || !this.#parts.isSure();
  }

  async #reclaim(): Promise<void> {
    const { store, events, onError } = this.#parts;
    let restMs = this.#reclaimMs;
    try {
      const { jobs, expired, more } = await store.reclaim(mostReclaimed);
      if (more) restMs = jobs.length + expired > 0 ? 0 : Math.min(restBehindOthersMs, restMs);
      if (jobs.length > 0) events.emit("jobsReclaimed", { jobs });
    } catch (error) {
      onError("taking back lost jobs", error);
    }
    this.#arm("reclaim", restMs);
  }

  async #prune(): Promise<void> {
    let more = false;
    try {
      ({ more } = await this.#parts.store.prune(pruneBudgetMs));
    } catch (error) {
      this.#parts.onError("forgetting old jobs", error);
    }
    this.#arm("prune", more ? restBetweenChunksMs : pruneMs);
  }
}
