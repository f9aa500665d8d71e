import { setTimeout as wait } from "node:timers/promises";
import { Pool } from "pg";
import { newId } from "../../../src/base/ids.ts";
import type { ClaimedJob } from "../../../src/stores/contract/claim.ts";
import type { NewJob } from "../../../src/stores/contract/new-job.ts";
import type { Outcome } from "../../../src/stores/contract/outcome.ts";
import { StoreFaultError } from "../../../src/stores/contract/store-fault-error.ts";
import type { Store } from "../../../src/stores/contract/store.ts";
import { postgres } from "../../../src/stores/postgres/postgres.ts";
import { databaseUrl } from "./server.ts";
import type { Chance } from "./stress-jobs.ts";
import { queues, randomJob, randomOutcome, tasks } from "./stress-jobs.ts";
import type { StressLedger } from "./stress-ledger.ts";

const leaseMs = 1_000;
const mostHeld = 40;

/** How often each thing is done. */
const deeds = {
  insert: 30,
  insertTwice: 2,
  claim: 25,
  settle: 30,
  insertWithin: 6,
  cancel: 3,
  retry: 3,
  remove: 1,
  prune: 1,
  reclaim: 3,
  extend: 3,
  abandon: 1,
  pause: 1,
  fire: 1,
  record: 3,
  look: 2,
};

interface Held {
  readonly job: ClaimedJob;
  readonly token: string;
}

/** A process of its own, as far as the server can tell: it does whatever chance tells it to, several things at once. */
export class StressClient {
  readonly #pool: Pool;
  readonly #store: Store;
  readonly #chance: Chance;
  readonly #ledger: StressLedger;
  #session = "";
  #held: Held[] = [];
  #extendedAt = 0;
  /** No claim begins meanwhile: its token would not be named. */
  #extending: Promise<unknown> | undefined;

  constructor(schema: string, chance: Chance, ledger: StressLedger) {
    this.#pool = new Pool({
      connectionString: databaseUrl,
      max: 4,
      options: "-c deadlock_timeout=100ms -c log_lock_waits=on",
    });
    this.#store = postgres(this.#pool, { schema, listen: false });
    this.#chance = chance;
    this.#ledger = ledger;
  }

  async open(): Promise<void> {
    await this.#store.open();
    await this.#register();
  }

  async close(): Promise<void> {
    await this.#store.close();
    await this.#pool.end();
  }

  /** Does one thing after the other until a time; several of these may run at once. */
  async run(until: number): Promise<void> {
    while (performance.now() < until) {
      const deed = this.#chance.weighed(deeds);
      await this.#ledger.timed(deed, () => this[deed]());
    }
  }

  /** Claims and settles until there is nothing left, or the time is over; what others have left behind is taken back. */
  async drain(until: number): Promise<void> {
    await this.#leave();
    await this.#register();
    while (performance.now() < until) {
      await this.#ledger.timed("drain", async () => {
        await this.#store.reclaim(100);
        await this.#store.extend(this.#session, []);
        await this.#claimAs(this.#session, tasks, 100);
        const outcomes = this.#held.splice(0).map(({ job, token }): Outcome => {
          this.#ledger.letGo(job.id, token);
          return { kind: "succeeded", id: job.id, token, result: undefined };
        });
        await this.#store.settle(this.#session, outcomes);
      });
      const { statuses } = await this.#store.counts(1);
      const { queued, scheduled, retrying, running, waiting } = statuses;
      if (queued + scheduled + retrying + running + waiting === 0) return;
      await wait(5);
    }
  }

  async insert(): Promise<void> {
    const jobs = this.#jobs();
    this.#ledger.stored(await this.#store.insert(jobs));
  }

  async insertTwice(): Promise<void> {
    // Others may be forgotten in between, and their keys be free.
    const jobs = this.#jobs()
      .filter(({ unique }) => unique === undefined || unique.onConflict === "existing")
      .map((job) => ({ ...job, keep: { succeededMs: 3_600_000, failedMs: 3_600_000 } }));
    if (jobs.length === 0) return;
    const [first, second] = await Promise.all([
      this.#again(() => this.#store.insert(jobs)),
      this.#again(() => this.#store.insert(jobs)),
    ]);
    this.#ledger.stored(first);
    this.#ledger.expectSame(first, second);
  }

  /** A transaction that stays open for a while, with locks of nobody's concern. */
  async insertWithin(): Promise<void> {
    const client = await this.#pool.connect();
    try {
      await client.query("begin");
      const answers = [];
      for (let call = 0; call <= this.#chance.whole(2); call += 1) {
        answers.push(...(await this.#store.insert(this.#jobs(), client)));
        await wait(this.#chance.whole(this.#chance.happens(0.1) ? 1000 : 60));
      }
      const commits = this.#chance.happens(0.7);
      await client.query(commits ? "commit" : "rollback");
      if (commits) this.#ledger.stored(answers);
    } catch (error) {
      await client.query("rollback");
      throw error;
    } finally {
      client.release();
    }
  }

  async claim(): Promise<void> {
    if (this.#held.length < mostHeld)
      await this.#claimAs(this.#session, this.#chance.happens(0.8) ? tasks : ["known"], 1 + this.#chance.whole(20));
    if (performance.now() - this.#extendedAt > leaseMs / 4) await this.extend();
  }

  async #claimAs(session: string, known: readonly string[], limit: number): Promise<void> {
    while (this.#extending !== undefined) await this.#extending;
    const token = newId();
    this.#ledger.claims(session, token);
    const answer = await this.#store.claim({
      worker: session,
      token,
      queues: this.#chance.happens(0.7) ? undefined : this.#chance.some(queues, 3),
      tasks: known,
      limit,
      keyedLimit: limit,
    });
    this.#ledger.claimed(session, token);
    if (answer.ended && session === this.#session) await this.#register();
    for (const job of answer.jobs) {
      this.#ledger.took(job, { token, session });
      this.#held.push({ job, token });
    }
  }

  async settle(): Promise<void> {
    const settled = this.#chance.shuffled(this.#held.splice(0, 1 + this.#chance.whole(30)));
    if (settled.length === 0) return;
    const outcomes = settled.map(({ job, token }) =>
      randomOutcome(this.#chance, { ...job, token }, () => this.#jobs()),
    );
    const sent = this.#ledger.sendOutcomes(outcomes);
    const answers = await this.#again(() => this.#store.settle(this.#session, outcomes));
    this.#ledger.settled(sent, answers);
    if (!this.#chance.happens(0.05)) return;
    const again = await this.#store.settle(this.#session, outcomes);
    this.#ledger.settledAgain(outcomes, again);
  }

  async cancel(): Promise<void> {
    await this.#store.cancel(this.#someIds());
  }

  async retry(): Promise<void> {
    await this.#store.retry(this.#someIds());
  }

  async remove(): Promise<void> {
    const ids = this.#someIds();
    this.#ledger.mayBeRemoved(ids);
    await this.#store.remove(ids);
  }

  async prune(): Promise<void> {
    this.#ledger.prunes();
    await this.#store.prune(10);
  }

  async reclaim(): Promise<void> {
    await this.#store.reclaim(1 + this.#chance.whole(50));
  }

  /** Now and then it says that it does not know of some claims. */
  async extend(): Promise<void> {
    this.#extendedAt = performance.now();
    const known = new Set(this.#held.map(({ token }) => token));
    const forgotten = this.#chance.happens(0.1) ? this.#chance.one([...known]) : undefined;
    if (forgotten !== undefined) this.#forget(forgotten);
    const tokens = this.#ledger.tokensInUse(this.#session).filter((token) => token !== forgotten);
    const session = this.#session;
    const sentAt = performance.now();
    const extending = this.#store.extend(session, tokens);
    const over = extending.then(
      () => {},
      () => {},
    );
    this.#extending = over;
    const { alive } = await extending.finally(() => {
      if (this.#extending === over) this.#extending = undefined;
    });
    if (alive) this.#ledger.holdsUntil(session, sentAt + leaseMs);
    else if (session === this.#session) await this.#register();
  }

  #forget(token: string): void {
    for (const held of this.#held) if (held.token === token) this.#ledger.letGo(held.job.id, token);
    this.#held = this.#held.filter((held) => held.token !== token);
  }

  /** As a process that was killed. What it held is settled later all the same. */
  async abandon(): Promise<void> {
    if (this.#chance.happens(0.5)) return this.#leave();
    this.#ledger.abandons(this.#session);
    await this.#register();
  }

  async #leave(): Promise<void> {
    this.#ledger.abandons(this.#session);
    const session = this.#session;
    await this.#register();
    await this.#again(() => this.#store.extend(session, [], { leaving: true }));
  }

  async #register(): Promise<void> {
    this.#ledger.abandons(this.#session);
    this.#session = newId();
    this.#extendedAt = performance.now();
    this.#ledger.holdsUntil(this.#session, this.#extendedAt + leaseMs);
    await this.#store.register({ id: this.#session, leaseMs, name: "stress" });
  }

  async pause(): Promise<void> {
    const queue = this.#chance.one(queues) ?? "a";
    await this.#store.setQueue(queue, { paused: true });
    await wait(10);
    await this.#again(() => this.#store.setQueue(queue, { paused: false }));
  }

  async fire(): Promise<void> {
    const { schedules } = await this.#store.schedules(["nightly"]);
    const expectedLast = schedules[0]?.lastSlot ?? 0;
    const answers = await this.#store.fire({
      name: "nightly",
      expectedLast,
      slot: expectedLast + 1,
      jobs: this.#jobs(),
    });
    if (answers === undefined) return;
    this.#ledger.fired(expectedLast);
    this.#ledger.stored(answers);
  }

  async record(): Promise<void> {
    const entries = this.#chance
      .some(this.#held, 5)
      .map(({ job, token }) => ({ id: job.id, token, kind: "step" as const, name: "s", value: "1" }));
    if (entries.length > 0) await this.#store.record(this.#session, entries);
  }

  async look(): Promise<void> {
    await Promise.all([this.#store.counts(1000), this.#store.list({ limit: 20 }), this.#store.get(this.#someIds())]);
  }

  /** What may pass is tried again, as the guard does. */
  async #again<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof StoreFaultError && error.passing) || tries === 10) throw error;
        this.#ledger.failed("retried", error);
        await wait(this.#chance.whole(20));
      }
    }
  }

  #jobs(): NewJob[] {
    const parents = this.#ledger.recent(50);
    const jobs: NewJob[] = [];
    for (let count = 0; count <= this.#chance.whole(6); count += 1) {
      const ofThisCall = this.#chance.happens(0.3)
        ? jobs.filter(({ unique }) => unique === undefined).map(({ id }) => id)
        : [];
      jobs.push(randomJob(this.#chance, ofThisCall.length > 0 ? ofThisCall : parents));
    }
    return this.#chance.happens(0.5) ? jobs : this.#chance.shuffled(jobs);
  }

  #someIds(): string[] {
    return this.#chance.some(this.#ledger.recent(200), 5);
  }
}
