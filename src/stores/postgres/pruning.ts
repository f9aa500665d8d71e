import type { Calls } from "./calls.ts";
import { maybeNumber } from "./row.ts";

/** How many jobs one transaction forgets. */
const chunk = 500;

/** The last job that was looked at. */
interface Cursor {
  readonly time: number;
  readonly id: string;
}

const beginning: Cursor = { time: 0, id: "00000000-0000-0000-0000-000000000000" };

/**
 * Forgets jobs that have been kept long enough. Those that are needed still may be more than it gets past in one run, so each
 * run goes on where the last one ended.
 */
export class Pruning {
  readonly #calls: Calls;
  #after: Cursor | undefined;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** Goes on for about this long, in many small transactions. */
  async run(budgetMs: number): Promise<{ removed: number; more: boolean }> {
    const stopAt = performance.now() + budgetMs;
    let removed = 0;
    await this.#calls.rows("prune_keys", chunk);
    do {
      const { time, id } = this.#after ?? beginning;
      const [row = {}] = await this.#calls.rows("prune_some", time, id, chunk);
      removed += Number(row["removed"] ?? 0);
      const next = maybeNumber(row, "next_time");
      this.#after = next === undefined ? undefined : { time: next, id: String(row["next_id"]) };
    } while (this.#after !== undefined && performance.now() < stopAt);
    return { removed, more: this.#after !== undefined };
  }
}
