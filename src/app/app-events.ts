import type { BackgroundEvents } from "../background/background-events.ts";
import { expected, InvalidOptionError, nearestName } from "../base/options.ts";

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

const eventNames: readonly (keyof AppEvents)[] = ["requestFailed", "taskFailed", "taskSucceeded"];

/** @throws {InvalidOptionError} for an event that does not exist, naming the nearest, and for a listener that is no function. */
export function checkListener(name: unknown, listener: unknown): void {
  if (!eventNames.some((known) => known === name)) throw unknownEvent(String(name));
  if (typeof listener !== "function") throw expected("app.on", "a function", listener);
}

function unknownEvent(name: string): InvalidOptionError {
  const nearest = nearestName(name, eventNames);
  const hint =
    nearest === undefined ? `known are ${eventNames.join(", ")}` : `did you mean ${JSON.stringify(nearest)}?`;
  return new InvalidOptionError(`app.on has no event ${JSON.stringify(name)}; ${hint}`);
}
