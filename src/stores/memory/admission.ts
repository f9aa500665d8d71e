import type { ConcurrencyGate } from "./concurrency-gate.ts";
import type { DueTimes } from "./due-times.ts";
import type { Gates } from "./gates.ts";
import { compareClaims } from "./order.ts";
import type { RateGate } from "./rate-gate.ts";
import type { ReadyQueue, ReadyQueues } from "./ready-queues.ts";
import type { StoredJob } from "./stored-job.ts";
import type { Wakes } from "./wakes.ts";

/** The parts that admission moves jobs between. */
export interface AdmissionParts {
  readonly queues: ReadyQueues;
  readonly gates: Gates;
  readonly due: DueTimes;
  readonly wakes: Wakes;
}

/**
 * The way of a job from its storing to its claim: due, let through by its gates, ready. A gate that has room tries its
 * waiters until it is full; one that the other gate refuses goes and waits there.
 */
export class Admission {
  readonly #parts: AdmissionParts;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** Puts a job that nothing else holds back where its due time says. */
  place(job: StoredJob, now: number): void {
    this.#parts.wakes.note("jobs");
    if (job.dueAt <= now) return this.#arrive(job, now);
    job.place = "delayed";
    this.#parts.due.add(job);
  }

  /** Lets through what time has let through: starts that have left their windows, and jobs that have become due. */
  advance(now: number): void {
    for (const gate of this.#parts.gates.opened(now)) this.#fillRate(gate, now);
    for (let job = this.#parts.due.takeDue(now); job !== undefined; job = this.#parts.due.takeDue(now)) {
      this.#arrive(job, now);
    }
  }

  /** Takes a job that nobody holds out of wherever it is. */
  withdraw(job: StoredJob, now: number): void {
    const { queues, gates, due } = this.#parts;
    if (job.place === "delayed") due.delete(job);
    if (job.place === "parked") queues.get(job.queue).unpark(job);
    if (job.place === "blocked") this.#unblock(job);
    if (job.place !== "ready") return;
    queues.get(job.queue).delete(job);
    const rate = gates.rateOf(job);
    if (rate !== undefined) rate.outstanding -= 1;
    this.freePermit(job, now);
    if (rate !== undefined) this.#fillRate(rate, now);
  }

  /** Takes a ready job out for a worker. */
  start(job: StoredJob, now: number): void {
    const { queues, gates } = this.#parts;
    queues.get(job.queue).delete(job);
    const rate = gates.rateOf(job);
    if (rate === undefined) return;
    rate.noteStart(now);
    gates.watch(rate);
  }

  /** A job that was held is due again; it stands in line for its own permit. */
  putBack(job: StoredJob, now: number): void {
    const gate = this.#parts.gates.concurrencyOf(job);
    if (gate !== undefined) gate.used -= 1;
    this.place(job, now);
    if (gate !== undefined) this.#fillConcurrency(gate, now);
  }

  /** A job that has been let through needs its permit no more. */
  freePermit(job: StoredJob, now: number): void {
    const gate = this.#parts.gates.concurrencyOf(job);
    if (gate === undefined) return;
    gate.used -= 1;
    this.#fillConcurrency(gate, now);
  }

  /** Takes a ready job aside until somebody claims who knows its task. */
  park(job: StoredJob, now: number): void {
    this.withdraw(job, now);
    job.place = "parked";
    this.#parts.queues.get(job.queue).park(job);
  }

  /** Puts back what was parked and can be run now. */
  unpark(queue: ReadyQueue, tasks: ReadonlySet<string>, now: number): void {
    for (const job of queue.parkedOf(tasks).toSorted(compareClaims)) {
      queue.unpark(job);
      this.#arrive(job, now);
    }
  }

  /** The limits of a gate have changed. */
  refill(job: StoredJob, now: number): void {
    const concurrency = this.#parts.gates.concurrencyOf(job);
    const rate = this.#parts.gates.rateOf(job);
    if (concurrency !== undefined) this.#fillConcurrency(concurrency, now);
    if (rate !== undefined) this.#fillRate(rate, now);
  }

  #arrive(job: StoredJob, now: number): void {
    const concurrency = this.#parts.gates.concurrencyOf(job);
    const rate = this.#parts.gates.rateOf(job);
    if (rate !== undefined) this.#fillRate(rate, now);
    if (concurrency !== undefined) {
      this.#block(job, "concurrency", concurrency);
      this.#fillConcurrency(concurrency, now);
    } else if (rate !== undefined) {
      this.#block(job, "rate", rate);
      this.#fillRate(rate, now);
    } else {
      this.#admit(job);
    }
  }

  #fillConcurrency(gate: ConcurrencyGate, now: number): void {
    while (gate.hasRoom()) {
      const job = gate.waiters.pop();
      if (job === undefined) return;
      const rate = this.#parts.gates.rateOf(job);
      if (rate === undefined || rate.hasRoom(now)) {
        this.#admit(job);
      } else {
        this.#block(job, "rate", rate);
        this.#parts.gates.watch(rate);
      }
    }
  }

  #fillRate(gate: RateGate, now: number): void {
    while (gate.hasRoom(now)) {
      const job = gate.waiters.pop();
      if (job === undefined) break;
      const concurrency = this.#parts.gates.concurrencyOf(job);
      if (concurrency === undefined || concurrency.hasRoom()) this.#admit(job);
      else this.#block(job, "concurrency", concurrency);
    }
    this.#parts.gates.watch(gate);
  }

  #block(job: StoredJob, kind: "concurrency" | "rate", gate: ConcurrencyGate | RateGate): void {
    job.place = "blocked";
    job.refusedBy = kind;
    gate.waiters.add(job);
  }

  #unblock(job: StoredJob): void {
    const { gates } = this.#parts;
    if (job.refusedBy === "concurrency") gates.concurrencyOf(job)?.waiters.delete(job);
    const rate = job.refusedBy === "rate" ? gates.rateOf(job) : undefined;
    rate?.waiters.delete(job);
    if (rate !== undefined) gates.watch(rate);
  }

  #admit(job: StoredJob): void {
    const { queues, gates, wakes } = this.#parts;
    const concurrency = gates.concurrencyOf(job);
    if (concurrency !== undefined) concurrency.used += 1;
    const rate = gates.rateOf(job);
    if (rate !== undefined) rate.outstanding += 1;
    job.refusedBy = undefined;
    job.place = "ready";
    queues.get(job.queue).add(job);
    wakes.note("jobs");
  }
}
