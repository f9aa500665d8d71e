import type { Over, ResponseEnd, WaitUntil } from "../response-end.ts";

/**
 * The end of a response that other middleware may still change: what it sends in the end is what tells. Until then, those
 * who want to know of the end are noted.
 */
export class OutermostEnd implements ResponseEnd {
  readonly waitUntil: WaitUntil | undefined;
  readonly #end: ResponseEnd;
  readonly #noted: Over[] = [];
  #isDelivered = false;

  constructor(end: ResponseEnd) {
    this.#end = end;
    this.waitUntil = end.waitUntil;
  }

  attach(response: Response, over: Over): Response {
    this.attachLate(over);
    return response;
  }

  attachLate(over: Over): void {
    if (this.#isDelivered) this.#end.attachLate(over);
    else this.#noted.push(over);
  }

  /** This is the response that leaves; returns the one to send. */
  deliver(response: Response): Response {
    this.#isDelivered = true;
    if (this.#noted.length === 0) return response;
    return this.#end.attach(response, async () => {
      for (const over of this.#noted) await over();
    });
  }
}
