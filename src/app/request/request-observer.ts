import type { Context } from "hono";

import type { TaskObserver } from "../../background/task-observer.ts";

/** Somebody who watches a request and its tasks. Meant for tests. */
export interface RequestObserver extends TaskObserver {
  /** It was answered with an error that nobody has foreseen. `true`: it will be told of, so the log need not. */
  onRequestFailed(error: unknown): boolean;
}

/** Under this key, the environment of `app.fetch` may bring an observer of its request. */
export const requestObserverKey: unique symbol = Symbol("afterwork.requestObserver");

/** The observer that a request came with, if any. */
export function observerOf(context: Context): RequestObserver | undefined {
  return (context.env as { readonly [requestObserverKey]?: RequestObserver } | undefined)?.[requestObserverKey];
}
