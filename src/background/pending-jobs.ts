import type { InProcessJob } from "./in-process-job.ts";

/**
 * The jobs that wait or run, oldest first. A list through the jobs themselves: a `Set` makes itself a new table again and
 * again when its few members change with every request, and those tables keep dead jobs from being collected.
 */
export class PendingJobs implements Iterable<InProcessJob> {
  #first: InProcessJob | undefined;
  #last: InProcessJob | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(job: InProcessJob): void {
    this.#size += 1;
    job.previous = this.#last;
    if (this.#last === undefined) this.#first = job;
    else this.#last.next = job;
    this.#last = job;
  }

  /** Nothing happens when it is not, or no longer, among them. */
  delete(job: InProcessJob): void {
    const { previous, next } = job;
    if (previous === undefined && this.#first !== job) return;
    this.#size -= 1;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    job.previous = undefined;
    job.next = undefined;
  }

  *[Symbol.iterator](): Generator<InProcessJob, void, undefined> {
    for (let job = this.#first; job !== undefined; job = job.next) yield job;
  }
}
