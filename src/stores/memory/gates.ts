import { ConcurrencyGate } from "./concurrency-gate.ts";
import { Heap } from "./heap.ts";
import { RateGate } from "./rate-gate.ts";
import type { StoredJob } from "./stored-job.ts";

/** The gates by key. One is made with the first job that bears its key, and forgotten when nothing depends on it. */
export class Gates {
  readonly #concurrency = new Map<string, ConcurrencyGate>();
  readonly #rate = new Map<string, RateGate>();
  /** Those that have waiters and room. */
  readonly #open = new Set<ConcurrencyGate>();
  readonly #opening = new Heap<RateGate>((a, b) => a.lookAt < b.lookAt);
  readonly #clearing = new Heap<RateGate>((a, b) => a.lookAt < b.lookAt);

  /** The gate that a job's concurrency key names; it exists as long as the job has not ended. */
  concurrencyOf(job: StoredJob): ConcurrencyGate | undefined {
    return job.concurrency === undefined ? undefined : this.#concurrency.get(job.concurrency.key);
  }

  rateOf(job: StoredJob): RateGate | undefined {
    return job.rate === undefined ? undefined : this.#rate.get(job.rate.key);
  }

  /** The gates that a job has to pass; in line it stands at the first one, until that sends it to the other. */
  of(job: StoredJob): readonly (ConcurrencyGate | RateGate)[] {
    return [this.concurrencyOf(job), this.rateOf(job)].filter((gate) => gate !== undefined);
  }

  /** The job, which is new or has come back, depends on its gates from now on. */
  join(job: StoredJob): void {
    const { concurrency, rate } = job;
    if (concurrency !== undefined && !this.#concurrency.has(concurrency.key)) {
      this.#concurrency.set(concurrency.key, new ConcurrencyGate(concurrency));
    }
    if (rate !== undefined && !this.#rate.has(rate.key)) this.#rate.set(rate.key, new RateGate(rate));
    for (const gate of this.of(job)) {
      gate.jobs += 1;
      this.watch(gate);
    }
  }

  /** The limits of the job stored last are those that count. */
  adopt(job: StoredJob): void {
    const concurrency = this.concurrencyOf(job);
    if (concurrency !== undefined) concurrency.limit = job.concurrency?.limit ?? concurrency.limit;
    const rate = this.rateOf(job);
    if (rate === undefined) return;
    rate.limit = job.rate?.limit ?? rate.limit;
    rate.perMs = job.rate?.perMs ?? rate.perMs;
  }

  /** The job has ended. */
  leave(job: StoredJob): void {
    for (const gate of this.of(job)) gate.jobs -= 1;
    const concurrency = this.concurrencyOf(job);
    if (concurrency?.jobs === 0) this.#concurrency.delete(concurrency.key);
    const rate = this.rateOf(job);
    if (rate?.jobs === 0) this.watch(rate);
  }

  /** To be called after a change of a gate: may somebody be let through, or when? */
  watch(gate: ConcurrencyGate | RateGate): void {
    if (gate instanceof RateGate) this.#watchRate(gate);
    else if (gate.waiters.size > 0 && gate.hasRoom()) this.#open.add(gate);
    else this.#open.delete(gate);
  }

  /** The concurrency gates that have waiters and room, in the order of keys. */
  openConcurrency(): readonly ConcurrencyGate[] {
    return [...this.#open].toSorted(compareKeys);
  }

  /** The rate gates that have waiters and room, in the order of keys. */
  openRate(now: number): readonly RateGate[] {
    this.#forgetCleared(now);
    const gates: RateGate[] = [];
    for (let gate = this.#opening.peek(); gate !== undefined && gate.lookAt <= now; gate = this.#opening.peek()) {
      this.#opening.delete(gate);
      gates.push(gate);
    }
    return gates.toSorted(compareKeys);
  }

  /** Is there a gate with waiters and room? */
  areOpen(now: number): boolean {
    return (this.nextOpening() ?? Number.POSITIVE_INFINITY) <= now;
  }

  /** When there will be a gate with waiters and room; long ago, if there is one. */
  nextOpening(): number | undefined {
    return this.#open.size > 0 ? Number.NEGATIVE_INFINITY : this.#opening.peek()?.lookAt;
  }

  #watchRate(gate: RateGate): void {
    this.#opening.delete(gate);
    this.#clearing.delete(gate);
    const opensAt = gate.waiters.size === 0 ? undefined : gate.opensAt();
    gate.lookAt = opensAt ?? gate.clearAt();
    if (opensAt !== undefined) this.#opening.add(gate);
    else if (gate.jobs === 0) this.#clearing.add(gate);
  }

  #forgetCleared(now: number): void {
    for (let gate = this.#clearing.peek(); gate !== undefined && gate.lookAt <= now; gate = this.#clearing.peek()) {
      this.#clearing.delete(gate);
      this.#rate.delete(gate.key);
    }
  }
}

function compareKeys(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1;
}
