import { Heap } from "./heap.ts";
import { isDueBefore } from "./order.ts";
import type { StoredJob } from "./stored-job.ts";

/** The jobs that are due some time ahead. */
export class DueTimes {
  readonly #all = new Heap<StoredJob>(isDueBefore);
  readonly #byQueue = new Map<string, Heap<StoredJob>>();

  add(job: StoredJob): void {
    this.#all.add(job);
    const queue = this.#byQueue.get(job.queue) ?? new Heap<StoredJob>(isDueBefore);
    queue.add(job);
    this.#byQueue.set(job.queue, queue);
  }

  delete(job: StoredJob): void {
    this.#all.delete(job);
    this.#byQueue.get(job.queue)?.delete(job);
  }

  /** Takes out the first one whose time has come. */
  takeDue(now: number): StoredJob | undefined {
    const first = this.#all.peek();
    if (first === undefined || first.dueAt > now) return undefined;
    this.delete(first);
    return first;
  }

  /** When the next one of a queue is due. */
  next(queue: string): number | undefined {
    return this.#byQueue.get(queue)?.peek()?.dueAt;
  }
}
