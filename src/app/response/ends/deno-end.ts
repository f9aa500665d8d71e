import type { Over, ResponseEnd } from "../response-end.ts";

/** What `Deno.serve` passes beside a request, as far as it tells the end of the response. */
export interface DenoServeInfo {
  /** Settles when the response has been sent, and when the client has gone. */
  readonly completed: Promise<void>;
}

/** What is `Deno.serve`'s info among the environments that `app.fetch` is given. */
export function isDenoServeInfo(environment: unknown): environment is DenoServeInfo {
  return typeof (environment as Partial<DenoServeInfo> | undefined)?.completed?.then === "function";
}

/** The server tells when it is through with a response, and writes its last bytes in the same turn. */
export class DenoEnd implements ResponseEnd {
  readonly #completed: Promise<void>;

  constructor(completed: Promise<void>) {
    this.#completed = completed;
  }

  attach(response: Response, over: Over): Response {
    this.attachLate(over);
    return response;
  }

  attachLate(over: Over): void {
    const soon = (): void => void setTimeout(() => void over(), 0);
    this.#completed.then(soon, soon);
  }
}
