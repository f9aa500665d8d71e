import type { TaskObserver } from "../../background/task-observer.ts";

/** Somebody who watches a request and its tasks. Meant for tests. */
export interface RequestObserver extends TaskObserver {
  /** It was answered with an error that nobody has foreseen. `true`: it will be told of, so the log need not. */
  onRequestFailed(error: unknown): boolean;
}

/** Under this key, the environment of `app.fetch` may bring an observer of its request. */
export const requestObserverKey: unique symbol = Symbol("afterwork.requestObserver");

/** Somebody who watches a request that another framework received. */
export interface VisitObserver extends RequestObserver {
  /** It has come. `over` resolves when its response is over and its tasks have run; told before the response is sent. */
  onVisit(over: Promise<void>): void;
}

/** By this header a request to another framework names its observer among those of the host. */
export const observerHeader = "x-afterwork-observer";
