import type { Over, ResponseEnd, WaitUntil } from "../response-end.ts";

/**
 * The end of a response to HEAD. Nobody has to pull its body, so that can't tell. It is cancelled, but only when the
 * response is over: middleware may want to read it, for an etag.
 */
export class HeadEnd implements ResponseEnd {
  readonly waitUntil: WaitUntil | undefined;
  readonly #end: ResponseEnd;

  constructor(end: ResponseEnd) {
    this.#end = end;
    this.waitUntil = end.waitUntil;
  }

  attach(response: Response, over: Over): Response {
    this.#end.attach(new Response(null), () => {
      // A body that fails to be cancelled concerns nobody: it is not sent.
      if (response.body?.locked === false) response.body.cancel().catch(() => {});
      return over();
    });
    return response;
  }

  attachLate(over: Over): void {
    this.#end.attachLate(over);
  }
}
