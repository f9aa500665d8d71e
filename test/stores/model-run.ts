import { expect } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { TrialClock } from "../../src/stores/conformance/trial-clock.ts";
import type { ClaimAnswer, ClaimRequest } from "../../src/stores/contract/claim.ts";
import type { JobRecord } from "../../src/stores/contract/job-record.ts";
import { StoreFaultError } from "../../src/stores/contract/store-fault-error.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { byId, comparableCounts, comparableRecord, compareClaims } from "./model-answers.ts";
import { ModelJobs } from "./model-jobs.ts";
import { checkSuspects, ModelLimits } from "./model-limits.ts";
import type { Operation } from "./model-operations.ts";

/** Makes a store whose time is that of the clock. */
export type OpenStore = (clock: Clock) => Store;

const leaseMs = 100;
const everyTask = ["known", "newer"];

interface Claim {
  readonly worker: string;
  readonly token: string;
  readonly id: string;
}

/** Does the same to two stores, and compares what they answer and what is in them. */
export class ModelRun {
  readonly #clock = new TrialClock();
  readonly #reference: Store;
  readonly #other: Store;
  readonly #jobs = new ModelJobs();
  readonly #limits = new ModelLimits();
  readonly #claims: Claim[] = [];
  readonly #workers: string[] = [];
  #names = 0;
  #lastSlot: number | undefined;

  constructor(openReference: OpenStore, openOther: OpenStore) {
    this.#reference = openReference(this.#clock);
    this.#other = openOther(this.#clock);
  }

  async run(operations: readonly Operation[]): Promise<void> {
    await this.#each((store) => store.open());
    try {
      for (let slot = 0; slot < 3; slot += 1) await this.#register(slot);
      for (const operation of operations) {
        await this.#apply(operation);
        await this.#compareContents();
      }
      await this.#drain();
    } finally {
      await this.#each((store) => store.close());
    }
  }

  async #apply(operation: Operation): Promise<void> {
    switch (operation.kind) {
      case "insert": {
        const jobs = this.#jobs.make(operation.jobs, operation.limit);
        return this.#both((store) => store.insert(jobs));
      }
      case "orphan": {
        const jobs = this.#jobs.orphan(operation.job);
        return this.#both((store) => store.insert(jobs));
      }
      case "claim":
        return this.#claim(operation);
      case "settle":
        return this.#settle(operation);
      case "record":
        return this.#record(operation);
      case "extend":
        return this.#extend(operation);
      case "register":
        return this.#register(operation.worker);
      case "reclaim":
        return this.#reclaim();
      case "crash":
        return this.#crash();
      case "cancel":
        return this.#both((store) => store.cancel(this.#jobs.ids(operation.jobs)));
      case "retry":
        return this.#both((store) => store.retry(this.#jobs.ids(operation.jobs)));
      case "remove":
        return this.#both((store) => store.remove(this.#jobs.ids(operation.jobs)));
      case "prune":
        return this.#both((store) => store.prune(10_000));
      case "setQueue":
        return this.#both((store) => store.setQueue(operation.queue, { paused: operation.paused }));
      case "fire":
        return this.#fire(operation);
      case "list":
        return this.#both((store) => listAll(store, operation));
      case "pass":
        return this.#clock.pass(operation.ms);
    }
  }

  async #claim({ worker, queues, knowsAll, limit, keyedLimit }: Operation & { kind: "claim" }): Promise<void> {
    const tasks = knowsAll ? everyTask : everyTask.slice(0, 1);
    await this.#claimBoth({ worker: this.#workerAt(worker), token: this.#name("t"), queues, tasks, limit, keyedLimit });
  }

  async #claimBoth(request: ClaimRequest): Promise<ClaimAnswer> {
    const answer = await this.#reference.claim(request);
    compareClaims(await this.#other.claim(request), answer);
    for (const { id } of answer.jobs) {
      const job = this.#jobs.byId(id);
      this.#claims.push({ worker: request.worker, token: request.token, id });
      this.#limits.noteStart(job, answer.now);
    }
    return answer;
  }

  async #settle({ outcomes, spawned }: Operation & { kind: "settle" }): Promise<void> {
    const chosen = outcomes.flatMap(({ claim, kind, delayMs }) => {
      const held = this.#claimAt(claim);
      return held === undefined ? [] : [this.#jobs.outcome(held, { kind, delayMs, spawned })];
    });
    await this.#both((store) => store.settle("any", chosen));
  }

  async #record({ claim, entry, name }: Operation & { kind: "record" }): Promise<void> {
    const held = this.#claimAt(claim);
    if (held === undefined) return;
    const { id, token, worker } = held;
    const data = this.#name("d");
    const reported =
      entry === "step"
        ? ({ id, token, kind: "step", name, value: data } as const)
        : ({ id, token, kind: entry, data } as const);
    await this.#both((store) => store.record(worker, [reported]));
    await this.#both((store) => store.loadSteps(id));
    await this.#both((store) => store.events(id, 0, 10));
  }

  async #extend({ worker, named, leaving }: Operation & { kind: "extend" }): Promise<void> {
    const id = this.#workerAt(worker);
    const tokens = this.#claims.filter((claim) => claim.worker === id).map(({ token }) => token);
    const told = tokens.slice(0, Math.ceil((tokens.length * named) / 3));
    await this.#both(async (store) => {
      const { alive, cancel } = await store.extend(id, told, { leaving });
      return { alive, cancel: cancel.toSorted() };
    });
  }

  async #register(slot: number): Promise<void> {
    const id = this.#name("w");
    this.#workers[slot] = id;
    await this.#both((store) => store.register({ id, leaseMs, name: id }));
  }

  async #reclaim(): Promise<void> {
    await this.#both(async (store) => {
      // Which of several jobs are taken back first is open, so all of them are.
      const { jobs, expired } = await store.reclaim(1_000_000);
      return { jobs: byId(jobs), expired };
    });
  }

  /** All workers vanish, with all that they hold, and others come. */
  async #crash(): Promise<void> {
    this.#clock.pass(leaseMs);
    await this.#reclaim();
    for (const slot of this.#workers.keys()) await this.#register(slot);
  }

  async #fire({ known, jobs }: Operation & { kind: "fire" }): Promise<void> {
    if (this.#lastSlot === undefined) {
      await this.#both((store) => store.schedules(["s"]));
      this.#lastSlot = this.#clock.now();
    }
    const [last, made] = [known ? this.#lastSlot : 1, this.#jobs.make(jobs, 1)];
    if (known) this.#lastSlot += 1;
    await this.#both((store) => store.fire({ name: "s", expectedLast: last, slot: last + 1, jobs: made }));
  }

  /** Works until every job has ended: none may be lost, or kept from running for ever. */
  async #drain(): Promise<void> {
    for (const queue of ["a", "b"]) await this.#both((store) => store.setQueue(queue, { paused: false }));
    for (let rounds = 0; rounds < 300; rounds += 1) {
      if ((await this.#open()) === 0) return;
      this.#clock.pass(leaseMs);
      await this.#apply({ kind: "reclaim" });
      await this.#register(0);
      const worker = this.#workerAt(0);
      const request = {
        worker,
        token: this.#name("t"),
        queues: undefined,
        tasks: everyTask,
        limit: 50,
        keyedLimit: 50,
      };
      const { jobs } = await this.#claimBoth(request);
      const outcomes = jobs.map(({ id }) => ({ id, token: request.token, kind: "succeeded", result: "1" }) as const);
      await this.#both((store) => store.settle(worker, outcomes));
      await this.#compareContents();
    }
    expect(await this.#open(), "jobs that never end").toBe(0);
  }

  async #open(): Promise<number> {
    const { statuses } = await this.#reference.counts(100_000);
    const { queued, scheduled, waiting, running, retrying } = statuses;
    return queued + scheduled + waiting + running + retrying;
  }

  async #compareContents(): Promise<void> {
    const records = await this.#reference.get(this.#jobs.all);
    const others = await this.#other.get(this.#jobs.all);
    expect(others.map(comparableRecord)).toEqual(records.map(comparableRecord));
    const counts = await this.#reference.counts(100_000);
    expect(comparableCounts(await this.#other.counts(100_000))).toEqual(comparableCounts(counts));
    const known = new Map(records.filter((record) => record !== undefined).map((record) => [record.id, record]));
    expect(Object.values(counts.statuses).reduce((sum, count) => sum + count)).toBe(known.size);
    this.#checkRecords([...known.values()]);
  }

  #checkRecords(records: readonly JobRecord[]): void {
    const running = records.filter(({ status }) => status === "running");
    this.#limits.checkRunning(running.map(({ id }) => this.#jobs.byId(id)));
    checkSuspects(running);
    for (const record of records) this.#jobs.checkFamily(record, records);
  }

  /** Asks both stores; the answers must be the same, or the same fault. */
  async #both(ask: (store: Store) => Promise<unknown>): Promise<void> {
    const answer = await ask(this.#reference).catch(faultOf);
    expect(await ask(this.#other).catch(faultOf)).toEqual(answer);
  }

  async #each(act: (store: Store) => Promise<void>): Promise<void> {
    await act(this.#reference);
    await act(this.#other);
  }

  #workerAt(slot: number): string {
    return this.#workers[slot] ?? "nobody";
  }

  /** One of all claims that there were; mostly one of the last. */
  #claimAt(number: number): Claim | undefined {
    return this.#claims.at(-1 - (number % Math.max(1, this.#claims.length)));
  }

  #name(kind: string): string {
    this.#names += 1;
    return `${kind}${this.#names}`;
  }
}

function faultOf(error: unknown): unknown {
  if (error instanceof StoreFaultError && !error.passing) return { fault: error.code };
  throw error;
}

async function listAll(store: Store, { status, task }: Operation & { kind: "list" }): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list({
      limit: 3,
      ...(status === undefined ? {} : { status }),
      ...(task === undefined ? {} : { task }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    ids.push(...page.jobs.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ids;
}
