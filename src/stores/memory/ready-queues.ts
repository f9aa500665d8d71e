import { fromTurn } from "../contract/from-turn.ts";
import { type Crashes, fitsBeside } from "../contract/suspects.ts";
import { Heap } from "./heap.ts";
import { isClaimedBefore } from "./order.ts";
import type { StoredJob } from "./stored-job.ts";

const everyCrashes: readonly Crashes[] = [0, 1, 2];

/** What of one queue could be claimed, and what is parked. */
export class ReadyQueue {
  readonly name: string;
  paused = false;
  /** Jobs that were lost to crashes have lanes of their own, so that those which are kept from a session stand in nobody's way. */
  readonly #lanes = everyCrashes.map((crashes) => ({ crashes, plain: newLane(), keyed: newLane() }));
  readonly #parked = new Map<string, Set<StoredJob>>();

  constructor(name: string) {
    this.name = name;
  }

  add(job: StoredJob): void {
    this.#laneOf(job)?.add(job);
  }

  delete(job: StoredJob): void {
    this.#laneOf(job)?.delete(job);
  }

  /** The next one to be claimed, which stays, by a session of whose jobs one has been lost to crashes so often. */
  first(options: { readonly keyed: boolean; readonly mostInHand: Crashes }): StoredJob | undefined {
    let first: StoredJob | undefined;
    for (const { crashes, plain, keyed } of this.#lanes) {
      if (!fitsBeside(crashes, options.mostInHand)) continue;
      first = earlier(first, plain.peek());
      if (options.keyed) first = earlier(first, keyed.peek());
    }
    return first;
  }

  /** Is there a job that has been lost to crashes? */
  get hasCrashed(): boolean {
    return this.#lanes.some(({ crashes, plain, keyed }) => crashes > 0 && plain.size + keyed.size > 0);
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

  #laneOf(job: StoredJob): Heap<StoredJob> | undefined {
    const lane = this.#lanes[job.crashes];
    return job.keyed ? lane?.keyed : lane?.plain;
  }
}

function newLane(): Heap<StoredJob> {
  return new Heap<StoredJob>(isClaimedBefore);
}

function earlier(a: StoredJob | undefined, b: StoredJob | undefined): StoredJob | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return isClaimedBefore(a, b) ? a : b;
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

  /** Those asked for that are not paused, in their order; all of them in the order of names, from another one each turn. */
  served(names: readonly string[] | undefined, turn?: number): readonly ReadyQueue[] {
    const queues =
      names === undefined ? this.all() : [...new Set(names)].flatMap((name) => this.#queues.get(name) ?? []);
    const served = queues.filter(({ paused }) => !paused);
    return names === undefined ? fromTurn(served, turn) : served;
  }

  /** In the order of names. */
  all(): readonly ReadyQueue[] {
    return [...this.#queues.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }
}
