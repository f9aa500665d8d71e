import type { WorkerSession } from "../contract/claim.ts";
import type { Crashes } from "../contract/suspects.ts";
import type { Hold, StoredJob } from "./stored-job.ts";

/** A worker that has registered, and what it holds. */
export class Session {
  readonly id: string;
  readonly name: string;
  leaseMs: number;
  runsOutAt: number;
  /** It may claim nothing more; what it holds has not all been taken back yet. */
  ended = false;
  readonly #held = new Map<string, Set<StoredJob>>();
  /** How many jobs it holds that have been lost to crashes never, once, and more often. */
  readonly #crashed = [0, 0, 0];

  constructor(worker: WorkerSession, now: number) {
    this.id = worker.id;
    this.name = worker.name;
    this.leaseMs = worker.leaseMs;
    this.runsOutAt = now + worker.leaseMs;
  }

  renew(now: number): void {
    this.runsOutAt = now + this.leaseMs;
  }

  hold(job: StoredJob, { token, crashes }: Hold): void {
    const held = this.#held.get(token) ?? new Set();
    this.#held.set(token, held.add(job));
    this.#count(crashes, 1);
  }

  letGo(job: StoredJob, { token, crashes }: Hold): void {
    const held = this.#held.get(token);
    if (held?.delete(job) === true) this.#count(crashes, -1);
    if (held?.size === 0) this.#held.delete(token);
  }

  /** How often the one of its jobs has been lost to crashes that has been lost most often. */
  get mostCrashes(): Crashes {
    const [, once = 0, moreOften = 0] = this.#crashed;
    if (moreOften > 0) return 2;
    return once > 0 ? 1 : 0;
  }

  #count(crashes: Crashes, by: number): void {
    this.#crashed[crashes] = (this.#crashed[crashes] ?? 0) + by;
  }

  /** What it holds, in the order of its claims; with `except`, not that under these tokens. */
  jobs(except: ReadonlySet<string> = new Set()): readonly StoredJob[] {
    return [...this.#held].flatMap(([token, jobs]) => (except.has(token) ? [] : [...jobs]));
  }
}

/** The sessions that have not ended, or hold something that is still to be taken back. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();

  /** Registering again renews. */
  register(worker: WorkerSession, now: number): void {
    const known = this.#sessions.get(worker.id);
    if (known === undefined) {
      this.#sessions.set(worker.id, new Session(worker, now));
    } else {
      known.leaseMs = worker.leaseMs;
      known.renew(now);
    }
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  alive(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    return session?.ended === true ? undefined : session;
  }

  forget(session: Session): void {
    this.#sessions.delete(session.id);
  }

  /** Those that may be ended, those first that have waited longest for it. */
  runOut(now: number): readonly Session[] {
    const late = [...this.#sessions.values()].filter((session) => session.ended || session.runsOutAt <= now);
    return late.toSorted((a, b) => a.runsOutAt - b.runsOutAt || (a.id < b.id ? -1 : 1));
  }
}
