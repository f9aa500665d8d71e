import { observerHeader, type RequestObserver } from "../app/request/request-observer.ts";
import type { WatchableWork } from "../app/servable-app.ts";
import { newId } from "../base/ids.ts";

/** A request to another framework, from before it is sent until its tasks have run. */
export class WatchedRequest {
  readonly #visits: Promise<void>[] = [];
  readonly #leaving = new AbortController();
  readonly #forget: () => void;
  /** What is to be sent: it names its observer, and its client can leave. */
  readonly request: Request;

  constructor(work: WatchableWork, request: Request, observer: RequestObserver) {
    const id = newId();
    this.#forget = work.observe(id, { ...observer, onVisit: (over) => void this.#visits.push(over) });
    const signal = AbortSignal.any([request.signal, this.#leaving.signal]);
    this.request = new Request(request, { signal, redirect: "manual" });
    this.request.headers.set(observerHeader, id);
    // `fetch` asks for compression by itself, and hides it.
    if (!request.headers.has("accept-encoding")) this.request.headers.set("accept-encoding", "identity");
  }

  /** Has the client gone? */
  get left(): boolean {
    return this.request.signal.aborted;
  }

  /** The client goes. */
  leave(): void {
    this.#leaving.abort();
  }

  /** Resolves when the response is over and its tasks have run. */
  async over(): Promise<void> {
    for (const visit of this.#visits) await visit;
    this.#forget();
  }
}
