import { watchBody } from "../response/ends/watched-body.ts";

/**
 * Aborts when the client has gone, where the server's own signal aborts after every response, as Deno's does: what comes
 * after the last chunk of a body means success.
 */
export class ClientSignal {
  readonly #controller = new AbortController();
  #isSent = false;

  constructor(server: AbortSignal) {
    const follow = (): void => {
      if (!this.#isSent) this.#controller.abort(server.reason);
    };
    if (server.aborted) follow();
    else server.addEventListener("abort", follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** This response is sent now; returns the one to send. */
  watch(response: Response): Response {
    return watchBody(response, () => this.end());
  }

  /** All that was to be sent has been handed over. */
  end(): void {
    this.#isSent = true;
  }
}
