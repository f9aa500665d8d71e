import type { Over, ResponseEnd, WaitUntil } from "../response-end.ts";
import { bodyEnd } from "./body-end.ts";

/** Where the platform keeps a request alive for its promises, and the body tells the rest. */
export class WaitUntilEnd implements ResponseEnd {
  readonly waitUntil: WaitUntil;

  constructor(waitUntil: WaitUntil) {
    this.waitUntil = waitUntil;
  }

  attach(response: Response, over: Over): Response {
    return bodyEnd.attach(response, over);
  }

  attachLate(over: Over): void {
    bodyEnd.attachLate(over);
  }
}

/**
 * From now on the platform waits, even if the client goes, until the function returned is called. `undefined` where nobody
 * can be told to wait.
 */
export function keepAlive(waitUntil: WaitUntil | undefined): (() => void) | undefined {
  if (waitUntil === undefined) return undefined;
  const { promise, resolve } = Promise.withResolvers<void>();
  waitUntil(promise);
  return resolve;
}
