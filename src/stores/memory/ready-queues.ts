import { Heap } from "./heap.ts";
import { isClaimedBefore } from "./order.ts";
import type { StoredJob } from "./stored-job.ts";

/** What of one queue could be claimed, and what is parked. */
export class ReadyQueue {
  readonly name: string;
  paused = false;
  readonly #plain = new Heap<StoredJob>(isClaimedBefore);
  readonly #keyed = new Heap<StoredJob>(isClaimedBefore);
  readonly #parked = new Map<string, Set<StoredJob>>();

  constructor(name: string) {
    this.name = name;
  }

  add(job: StoredJob): void {
    (job.keyed ? this.#keyed : this.#plain).add(job);
  }

  delete(job: StoredJob): void {
    (job.keyed ? this.#keyed : this.#plain).delete(job);
  }

  /** The next one to be claimed, which stays. */
  first(options: { readonly keyed: boolean }): StoredJob | undefined {
    const plain = this.#plain.peek();
    const keyed = options.keyed ? this.#keyed.peek() : undefined;
    if (plain === undefined || keyed === undefined) return plain ?? keyed;
    return isClaimedBefore(plain, keyed) ? plain : keyed;
  }

  park(job: StoredJob): void {
    const parked = this.#parked.get(job.task) ?? new Set();
    this.#parked.set(job.task, parked.add(job));
  }

  unpark(job: StoredJob): void {
    const parked = this.#parked.get(job.task);
    parked?.delete(job);
    if (parked?.size === 0) this.#parked.delete(job.task);
  }

  /** The jobs that are parked and could be run by somebody who knows these tasks. */
  parkedOf(tasks: ReadonlySet<string>): readonly StoredJob[] {
    return [...this.#parked].flatMap(([task, jobs]) => (tasks.has(task) ? [...jobs] : []));
  }
}

/** The queues that have had jobs, or were paused or resumed. */
export class ReadyQueues {
  readonly #queues = new Map<string, ReadyQueue>();

  get(name: string): ReadyQueue {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    const queue = new ReadyQueue(name);
    this.#queues.set(name, queue);
    return queue;
  }

  /** Those asked for that are not paused, in their order; all of them in the order of names. */
  served(names: readonly string[] | undefined): readonly ReadyQueue[] {
    const queues =
      names === undefined ? this.all() : [...new Set(names)].flatMap((name) => this.#queues.get(name) ?? []);
    return queues.filter(({ paused }) => !paused);
  }

  /** In the order of names. */
  all(): readonly ReadyQueue[] {
    return [...this.#queues.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }
}
