/** What is left to do when a response is over; a promise only if that takes time. */
export type Over = () => undefined | Promise<void>;

/** Keeps a request alive until a promise settles. */
export type WaitUntil = (promise: Promise<unknown>) => void;

/** Knows when a response is really over: sent in full, or given up because the client has gone. */
export interface ResponseEnd {
  /** Has `over` called once when this response is over; returns the response to send. Called at most once a request. */
  attach(response: Response, over: Over): Response;
  /** The same for a response that has been handed to the server already. */
  attachLate(over: Over): void;
  /** Has the platform wait for a promise, even if the client goes. Absent where nobody can be told. */
  readonly waitUntil?: WaitUntil | undefined;
}

/** Under this key, the environment of `app.fetch` may bring its own {@link ResponseEnd}. */
export const responseEndKey: unique symbol = Symbol("afterwork.responseEnd");
