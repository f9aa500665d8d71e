import type { PruneCursor } from "./removal.ts";
import { pruneKeys, pruneSome } from "./removal.ts";
import type { Writer } from "./writer.ts";

/** How many jobs one transaction forgets: about a millisecond's work. */
const chunk = 100;

/** Forgets jobs that have been kept long enough, for about this long, in many small transactions. */
export async function pruneFor(writer: Writer, budgetMs: number): Promise<{ removed: number; more: boolean }> {
  const stopAt = performance.now() + budgetMs;
  let removed = 0;
  let after: PruneCursor | undefined = { forgetAt: 0, seq: 0 };
  await writer.submit(1, (core) => pruneKeys(core, chunk));
  do {
    const from: PruneCursor = after;
    const part = await writer.submit(chunk, (core) => pruneSome(core, from, chunk));
    removed += part.removed;
    after = part.next;
  } while (after !== undefined && performance.now() < stopAt);
  return { removed, more: after !== undefined };
}
