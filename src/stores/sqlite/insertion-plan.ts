import type { NewJob } from "../contract/new-job.ts";
import { StoreFaultError } from "../contract/store-fault-error.ts";
import type { Core } from "./core.ts";
import { findSeq, has, idOfRow, type JobRow, readJob } from "./job-row.ts";

/** What is to be done with one of the jobs of an insert. */
export interface Decision {
  readonly kind: "known" | "alias" | "replace" | "reject" | "store";
  readonly job: NewJob;
  /** The job that stands for it: its id and number. */
  readonly of: string;
  readonly seq: number;
}

type Standing = Pick<Decision, "of" | "seq">;

/**
 * Decides about all jobs of an insert before anything is changed. `ending` is a job that will have ended by then.
 *
 * @throws {StoreFaultError} for a parent that nobody knows.
 */
export function planInsertion(core: Core, jobs: readonly NewJob[], ending?: JobRow): readonly Decision[] {
  const plan = new Plan(core, ending);
  const decisions = jobs.map((job) => plan.decide(job));
  for (const decision of decisions) if (decision.kind === "store") plan.checkParents(decision.job);
  return decisions;
}

class Plan {
  readonly #core: Core;
  readonly #ending: JobRow | undefined;
  /** Which job of this insert, or of the store, will stand for an id of this insert. */
  readonly #standsFor = new Map<string, Standing>();
  /** The unique keys that jobs of this insert will have. */
  readonly #keys = new Map<string, Standing>();

  constructor(core: Core, ending: JobRow | undefined) {
    this.#core = core;
    this.#ending = ending;
  }

  decide(job: NewJob): Decision {
    const known = this.#stored(job.id) ?? this.#standsFor.get(job.id);
    if (known !== undefined) return { kind: "known", job, ...known };
    const { kind, of, seq } = this.#judgeKey(job);
    if (kind !== "reject") this.#standsFor.set(job.id, { of, seq });
    if (kind === "store" && job.unique !== undefined) this.#keys.set(job.unique.key, { of, seq });
    return { kind, job, of, seq };
  }

  checkParents(job: NewJob): void {
    for (const id of job.parents ?? []) {
      if (this.#standsFor.has(id) || findSeq(this.#core, id) !== undefined) continue;
      throw new StoreFaultError(`the job ${job.id} names the parent ${id}, which is not stored`);
    }
  }

  #judgeKey(job: NewJob): Standing & Pick<Decision, "kind"> {
    if (job.unique === undefined) return this.#store(job);
    const { key, onConflict } = job.unique;
    const own = this.#keys.get(key);
    const stored = own === undefined ? this.#holder(key) : undefined;
    const holder = own ?? (stored === undefined ? undefined : { of: idOfRow(stored), seq: stored.seq });
    if (holder === undefined) return this.#store(job);
    if (onConflict === "existing") return { kind: "alias", ...holder };
    if (onConflict === "reject") return { kind: "reject", ...holder };
    const begun = stored !== undefined && (stored.startedAt !== null || stored.end !== null);
    return begun ? this.#store(job) : { kind: "replace", ...holder };
  }

  #store(job: NewJob): Standing & { readonly kind: "store" } {
    return { kind: "store", of: job.id, seq: this.#core.pulse.takeSeq() };
  }

  #stored(id: string): Standing | undefined {
    const seq = findSeq(this.#core, id);
    return seq === undefined ? undefined : { of: idOfRow(readJob(this.#core, seq)), seq };
  }

  #holder(key: string): JobRow | undefined {
    const sql = "select seq from afterwork_unique where key = ? and (free_at is null or free_at > ?)";
    const taken = this.#core.sql.get<{ seq: number }>(sql, key, this.#core.now);
    if (taken === undefined) return undefined;
    const holder = readJob(this.#core, taken.seq);
    const freed = holder.seq === this.#ending?.seq && has(holder, "unique");
    return freed ? undefined : holder;
  }
}
