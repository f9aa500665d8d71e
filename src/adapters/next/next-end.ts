import { AsyncLocalStorage } from "node:async_hooks";

// Next's packages have no map of exports, so that Node needs the whole name.
import { after } from "next/server.js";

import { soon } from "../../app/response/ends/body-end.ts";
import type { Over, ResponseEnd, WaitUntil } from "../../app/response/response-end.ts";
import { messageOf } from "../../base/errors.ts";

/** The end of a response as Next knows it: `after` calls back when it has been sent or the client has gone. */
export class NextEnd implements ResponseEnd {
  /** `after` asks the asynchronous context for its request, which code that comes late may have lost. */
  readonly #within = AsyncLocalStorage.snapshot();

  attach(response: Response, over: Over): Response {
    this.attachLate(over);
    return response;
  }

  attachLate(over: Over): void {
    // Nobody but a test calls handlers without Next: it has the response at once.
    if (!this.#leave(() => over())) soon(over);
  }

  /** `next start` waits when it ends, and so do platforms that would freeze the process. */
  readonly waitUntil: WaitUntil = (promise) => void this.#leave(promise);

  /** Returns whether there is a request of Next's to leave it to. */
  #leave(work: Promise<unknown> | (() => unknown)): boolean {
    try {
      this.#within(() => after(work));
      return true;
    } catch (error) {
      if (isOutsideRequest(error)) return false;
      throw error;
    }
  }
}

/** Next has no other sign of it. */
function isOutsideRequest(error: unknown): boolean {
  return messageOf(error).includes("outside a request scope");
}
