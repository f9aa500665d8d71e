import type { BackgroundEvents } from "../background/background-events.ts";

/** What an app tells those who listen with `app.on`. */
export interface AppEvents extends BackgroundEvents {
  /** A request was answered with an error that nobody has foreseen. Without a listener it is logged. */
  requestFailed: RequestFailed;
}

/** A request that failed with an error that nobody has foreseen. */
export interface RequestFailed {
  readonly method: string;
  /** The path of the route, or of the request where none was found; never the query. */
  readonly path: string;
  readonly status: number;
  /** The error itself; a `DependencyCleanupError` when there was more than one. */
  readonly error: unknown;
}
