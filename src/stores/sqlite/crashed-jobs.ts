import { type Crashes, fitsBeside } from "../contract/suspects.ts";
import type { Core } from "./core.ts";
import { crashesIn } from "./flags.ts";
import type { ReadyRow } from "./ready-jobs.ts";

const selectInHand = `select max(iif(c.attempts = 1, 1, 2)) as crashes
  from afterwork_claimed h cross join afterwork_course c on c.seq = h.seq
  where h.session = ? and h.attempt > 1 and c.only_crashes = 1 and c.attempts > 0`;

/** The jobs that have been lost to crashes, as one claim sees them: those that fit beside what its session holds. */
export class CrashedJobs {
  readonly #core: Core;
  readonly #session: number;
  /** Which queues have any: there are none in most, and each claim asks once. */
  readonly #queues = new Map<number, boolean>();
  #mostInHand: Crashes | undefined;

  constructor(core: Core, session: number) {
    this.#core = core;
    this.#session = session;
  }

  /** The first ones of a queue, by lane, which stay. */
  first(queue: number, options: { readonly keyed: boolean }): readonly ReadyRow[] {
    if (!this.#areIn(queue)) return [];
    const fitting = ([1, 2] as const).filter((crashes) => fitsBeside(crashes, this.#most()));
    const lanes = fitting.flatMap((crashes) => (options.keyed ? [2 * crashes, 2 * crashes + 1] : [2 * crashes]));
    return lanes.flatMap((lane) => this.#core.ready.first(queue, { lane, limit: 1 }));
  }

  /** The session holds a job with these flags now. */
  noteHeld(flags: number): void {
    const crashes = crashesIn(flags);
    if (crashes > this.#most()) this.#mostInHand = crashes;
  }

  #areIn(queue: number): boolean {
    const known = this.#queues.get(queue);
    if (known !== undefined) return known;
    const found = this.#core.ready.hasCrashed(queue);
    this.#queues.set(queue, found);
    return found;
  }

  #most(): Crashes {
    this.#mostInHand ??= this.#core.sql.get<{ crashes: Crashes | null }>(selectInHand, this.#session)?.crashes ?? 0;
    return this.#mostInHand;
  }
}
