import type { ConcurrencyGate } from "./concurrency-gate.ts";
import type { DueTimes } from "./due-times.ts";
import type { Gates } from "./gates.ts";
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

/** How many jobs become due in one go; the next claim takes the others. */
const mostDueAtOnce = 500;

/**
 * The way of a job from its storing to its claim: due, in line at a gate, let through, ready. Only claims let through;
 * whatever else makes room for somebody who waits is a hint that something may be claimed.
 */
export class Admission {
  readonly #parts: AdmissionParts;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** Puts a job that nothing else holds back where its due time says. */
  place(job: StoredJob, now: number): void {
    this.#parts.wakes.note("jobs");
    if (job.dueAt <= now) return this.#arrive(job);
    job.place = "delayed";
    this.#parts.due.add(job);
  }

  /** What has become due goes to its gate's line, or to its queue. */
  advance(now: number): void {
    for (let count = 0; count < mostDueAtOnce; count += 1) {
      const job = this.#parts.due.takeDue(now);
      if (job === undefined) return;
      this.#arrive(job);
    }
  }

  /** Fills every gate that has waiters and room; a waiter that its other gate refuses goes and waits there. */
  fillGates(now: number): void {
    for (const gate of this.#parts.gates.openConcurrency()) this.#fillConcurrency(gate, now);
    for (const gate of this.#parts.gates.openRate(now)) this.#fillRate(gate, now);
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
    if (rate !== undefined) this.#changed(rate, now);
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

  /** A job that was held is due again, without a permit. */
  putBack(job: StoredJob, now: number): void {
    this.freePermit(job, now);
    this.place(job, now);
  }

  /** A job that has been let through needs its permit no more. */
  freePermit(job: StoredJob, now: number): void {
    const gate = this.#parts.gates.concurrencyOf(job);
    if (gate === undefined) return;
    gate.used -= 1;
    this.#changed(gate, now);
  }

  /** Takes a ready job aside until somebody claims who knows its task. */
  park(job: StoredJob, now: number): void {
    this.withdraw(job, now);
    job.place = "parked";
    this.#parts.queues.get(job.queue).park(job);
  }

  /** Puts back what was parked and can be run now. */
  unpark(queue: ReadyQueue, tasks: ReadonlySet<string>): void {
    for (const job of queue.parkedOf(tasks)) {
      queue.unpark(job);
      this.#arrive(job);
    }
  }

  /** The limits of a job's gates have changed. */
  relimit(job: StoredJob, now: number): void {
    for (const gate of this.#parts.gates.of(job)) this.#changed(gate, now);
  }

  #arrive(job: StoredJob): void {
    const [gate] = this.#parts.gates.of(job);
    if (gate === undefined) this.#admit(job);
    else this.#block(job, gate);
  }

  #fillConcurrency(gate: ConcurrencyGate, now: number): void {
    while (gate.hasRoom()) {
      const job = gate.waiters.pop();
      if (job === undefined) break;
      const rate = this.#parts.gates.rateOf(job);
      if (rate === undefined || rate.hasRoom(now)) this.#admit(job);
      else this.#block(job, rate);
    }
    this.#parts.gates.watch(gate);
  }

  #fillRate(gate: RateGate, now: number): void {
    while (gate.hasRoom(now)) {
      const job = gate.waiters.pop();
      if (job === undefined) break;
      const concurrency = this.#parts.gates.concurrencyOf(job);
      if (concurrency === undefined || concurrency.hasRoom()) this.#admit(job);
      else this.#block(job, concurrency);
    }
    this.#parts.gates.watch(gate);
  }

  #block(job: StoredJob, gate: ConcurrencyGate | RateGate): void {
    job.place = "blocked";
    gate.waiters.add(job);
    this.#parts.gates.watch(gate);
  }

  #unblock(job: StoredJob): void {
    const { gates } = this.#parts;
    for (const gate of gates.of(job)) if (gate.waiters.delete(job)) gates.watch(gate);
  }

  /** Whoever claims next may let somebody through. */
  #changed(gate: ConcurrencyGate | RateGate, now: number): void {
    const { gates, wakes } = this.#parts;
    gates.watch(gate);
    if (gate.waiters.size > 0 && gate.hasRoom(now)) wakes.note("jobs");
  }

  #admit(job: StoredJob): void {
    const { queues, gates } = this.#parts;
    const [concurrency, rate] = [gates.concurrencyOf(job), gates.rateOf(job)];
    if (concurrency !== undefined) concurrency.used += 1;
    if (rate !== undefined) rate.outstanding += 1;
    for (const gate of gates.of(job)) gates.watch(gate);
    job.place = "ready";
    queues.get(job.queue).add(job);
  }
}
