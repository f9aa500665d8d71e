import type { ClaimHead } from "./claim-answer.ts";
import type { Row } from "./client/database.ts";

/** Fewer dead rows than these are no reason why a look takes long. */
const manyDead = 10_000;

/** A look takes this long without any, and so much longer for each job. In milliseconds. */
const usualMs = 2;
const usualMsPerJob = 0.03;

/** Of the time of claims, looks from the beginning take at most this part. */
const partOfTime = 1 / 20;

/**
 * Where the jobs claimed last stood in their queues. While somebody holds an old snapshot open, nothing that is dead can be
 * removed from the index, and every look from its beginning reads it all: then only now and then a claim begins there, and
 * those between where the last one ended. What comes in before that place, such as a job of a higher priority, waits for the
 * next look from the beginning; where nothing is dead, every look is one.
 */
export class Floors {
  readonly #places = new Map<string, readonly [rank: number, dueAt: number, seq: number]>();
  #until = Number.NEGATIVE_INFINITY;

  /** The floors to claim from, as JSON by queue; `null` to look from the beginning. */
  at(now: number): string | null {
    return now < this.#until ? JSON.stringify(Object.fromEntries(this.#places)) : null;
  }

  /** How long until the next look from the beginning, if that is why this one has found nothing. */
  msLeft(now: number): number {
    return Math.max(0, this.#until - now);
  }

  /** Learns from an answer; `floors` is what it was claimed from. */
  note(
    now: number,
    rows: readonly Row[],
    { head, floors }: { readonly head: ClaimHead; readonly floors: string | null },
  ): void {
    const { tookMs = 0, dead } = head;
    const jobs = rows.length - 1;
    const isSlow = tookMs > usualMs + jobs * usualMsPerJob && (dead ?? 0) >= manyDead;
    if (floors === null) {
      this.#places.clear();
      this.#until = isSlow ? now + tookMs / partOfTime : Number.NEGATIVE_INFINITY;
    }
    if (now >= this.#until) return;
    for (let index = 0; index < jobs; index += 1) this.#notePlace(rows[index] as Row);
  }

  /** The last one of a queue counts. Jobs that were taken one by one, in the order of all lanes, are not among them. */
  #notePlace({ queue, priority, due_at: dueAt, seq, is_keyed: isKeyed }: Row): void {
    if (isKeyed !== true) this.#places.set(String(queue), [0 - Number(priority), Number(dueAt), Number(seq)]);
  }
}
