import type { NewJob } from "../contract/new-job.ts";
import { StoreFaultError } from "../contract/store-fault-error.ts";
import type { State } from "./state.ts";
import type { StoredJob } from "./stored-job.ts";

/** What is to be done with one of the jobs of an insert. `of` is the id of the job that stands for it. */
export type Decision =
  | { readonly kind: "known" | "alias" | "replace" | "reject"; readonly job: NewJob; readonly of: string }
  | { readonly kind: "store"; readonly job: NewJob };

/**
 * Decides about all jobs of an insert before anything is changed. `ending` is a job that will have ended by then.
 *
 * @throws {StoreFaultError} for a parent that nobody knows.
 */
export function planInsertion(
  state: State,
  jobs: readonly NewJob[],
  now: number,
  ending?: StoredJob,
): readonly Decision[] {
  const plan = new Plan(state, now, ending);
  const decisions = jobs.map((job) => plan.decide(job));
  for (const decision of decisions) if (decision.kind === "store") plan.checkParents(decision.job);
  return decisions;
}

class Plan {
  readonly #state: State;
  readonly #now: number;
  readonly #ending: StoredJob | undefined;
  /** Which job of this insert, or of the store, will stand for an id of this insert. */
  readonly #standsFor = new Map<string, string>();
  /** The unique keys that jobs of this insert will have. */
  readonly #keys = new Map<string, string>();

  constructor(state: State, now: number, ending: StoredJob | undefined) {
    this.#state = state;
    this.#now = now;
    this.#ending = ending;
  }

  decide(job: NewJob): Decision {
    const known = this.#state.jobs.find(job.id)?.id ?? this.#standsFor.get(job.id);
    if (known !== undefined) return { kind: "known", job, of: known };
    const decision = this.#judgeKey(job);
    if (decision.kind === "store") {
      this.#standsFor.set(job.id, job.id);
      if (job.unique !== undefined) this.#keys.set(job.unique.key, job.id);
    } else if (decision.kind !== "reject") {
      this.#standsFor.set(job.id, decision.of);
    }
    return decision;
  }

  checkParents(job: NewJob): void {
    for (const id of job.parents ?? []) {
      if (this.#standsFor.has(id) || this.#state.jobs.find(id) !== undefined) continue;
      throw new StoreFaultError(`the job ${job.id} names the parent ${id}, which is not stored`);
    }
  }

  #judgeKey(job: NewJob): Decision {
    if (job.unique === undefined) return { kind: "store", job };
    const { key, onConflict } = job.unique;
    const stored = this.#keys.has(key) ? undefined : this.#holder(key);
    const of = this.#keys.get(key) ?? stored?.id;
    if (of === undefined) return { kind: "store", job };
    if (onConflict === "existing") return { kind: "alias", job, of };
    if (onConflict === "reject") return { kind: "reject", job, of };
    const begun = stored !== undefined && (stored.everClaimed || stored.ended);
    return begun ? { kind: "store", job } : { kind: "replace", job, of };
  }

  #holder(key: string): StoredJob | undefined {
    const holder = this.#state.keys.holder(key, this.#now);
    const freed = holder !== undefined && holder === this.#ending && holder.unique?.forMs === undefined;
    return freed ? undefined : holder;
  }
}
