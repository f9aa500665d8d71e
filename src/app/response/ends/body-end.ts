import type { Over, ResponseEnd } from "../response-end.ts";
import { watchBody } from "./watched-body.ts";

/**
 * Where nothing tells, as on Bun, the last chunk that is pulled has to: a moment later it has been written. A body that is
 * left out is cancelled there.
 */
export const bodyEnd: ResponseEnd = {
  attach: (response, over) => watchBody(response, () => soon(over)),
  attachLate: soon,
};

/** In a later turn, which leaves the server the time to write. */
export function soon(over: Over): void {
  setTimeout(() => void over(), 0);
}
