import type { ClaimAnswer } from "../stores/contract/claim.ts";
import type { Scheduler } from "./worker/scheduler.ts";
import { Session } from "./worker/session.ts";
import { Workplace, type WorkEnvironment } from "./worker/workplace.ts";

/** Runs due jobs without a worker's loops, just as a worker runs them: one after the other, until none is due. */
export class Inline {
  readonly #work: WorkEnvironment;
  readonly #scheduler: Scheduler;
  readonly #session: Session;
  readonly #workplace: Workplace;

  constructor(work: WorkEnvironment, scheduler: Scheduler, leaseMs: number) {
    this.#work = work;
    this.#scheduler = scheduler;
    this.#session = new Session({ store: work.store, leaseMs, name: "inline" });
    this.#workplace = new Workplace({ work, session: this.#session, concurrency: 1, onRoom: () => {} });
  }

  /** Runs what is due, and what becomes due by that, up to `most` attempts. Returns how many there were. */
  async drain(most: number): Promise<number> {
    await this.#session.register();
    await this.#scheduler.fireDue();
    let attempts = 0;
    while (attempts < most && (await this.#runNext())) attempts += 1;
    return attempts;
  }

  /** When the next job, or slot of a schedule, is due; `undefined` when nothing waits for a time. */
  async nextDueAt(withSchedules = true): Promise<number | undefined> {
    const { jobs, nextDueInMs, now } = await this.#claim(0);
    if (jobs.length > 0) return now;
    const ofJobs = nextDueInMs === undefined ? [] : [now + nextDueInMs];
    const ofSchedules = withSchedules ? this.#scheduler.nextSlotAfter(now) : undefined;
    const times = ofSchedules === undefined ? ofJobs : [...ofJobs, ofSchedules];
    return times.length === 0 ? undefined : Math.min(...times);
  }

  async #runNext(): Promise<boolean> {
    const { jobs, ended } = await this.#claim(1);
    await this.#workplace.idle();
    if (!ended) return jobs.length > 0;
    this.#session.renew();
    await this.#session.register();
    return true;
  }

  async #claim(limit: number): Promise<ClaimAnswer> {
    const batch = await this.#session.begin();
    const answer = await this.#work.store.claim({
      worker: batch.worker,
      token: batch.token,
      queues: undefined,
      tasks: this.#work.registry.names,
      limit,
      keyedLimit: limit,
    });
    this.#workplace.tell(answer.now);
    batch.open += answer.jobs.length;
    this.#workplace.take(answer.jobs, batch);
    this.#session.release(batch);
    return answer;
  }

  /** Gives up its session. */
  async close(): Promise<void> {
    this.#workplace.close();
    // The app may have closed the store already; nobody else waits for what it held.
    await this.#session.leave().catch(() => {});
  }
}
