import type { PruneCursor } from "./removal.ts";
import { pruneKeys, pruneSome } from "./removal.ts";
import type { Writer } from "./writer.ts";

/** How many jobs one transaction forgets: about a millisecond's work. */
const chunk = 100;

const beginning: PruneCursor = { forgetAt: 0, seq: 0 };

/**
 * Forgets jobs that have been kept long enough. Those that are needed still may be more than it gets past in one run, so each
 * run goes on where the last one ended.
 */
export class Pruning {
  #after: PruneCursor | undefined;

  /** Goes on for about this long, in many small transactions. */
  async run(writer: Writer, budgetMs: number): Promise<{ removed: number; more: boolean }> {
    const stopAt = performance.now() + budgetMs;
    let removed = 0;
    await writer.submit(1, (core) => pruneKeys(core, chunk));
    do {
      const from = this.#after ?? beginning;
      const part = await writer.submit(chunk, (core) => pruneSome(core, from, chunk));
      removed += part.removed;
      this.#after = part.next;
    } while (this.#after !== undefined && performance.now() < stopAt);
    return { removed, more: this.#after !== undefined };
  }
}
