import { type Clock, systemClock } from "../../base/clock.ts";
import { aPositiveDuration, type Duration, toMs } from "../../base/durations.ts";
import { anObject, checkOptions, expected, oneOf } from "../../base/options.ts";
import type { Store } from "../contract/store.ts";
import { SqliteStore } from "./sqlite-store.ts";

/** What {@link sqlite} can be told. */
export interface SqliteOptions {
  /**
   * `full`: what was acknowledged survives the loss of power. `normal`: only the end of the process; less waiting for the
   * disk. Default `full`.
   */
  readonly synchronous?: "full" | "normal";
  /** How long calls try again while another connection holds the lock of the file. Default 5 s. */
  readonly busyTimeout?: Duration;
  /** The time that counts for everything in it. Default: that of the system. */
  readonly clock?: Clock;
}

/**
 * A durable store in one SQLite file, with nothing to install. Several processes may use the file at the same time; it
 * must lie on a local disk. Tables begin with `afterwork_`, so it may be the file of the application itself.
 *
 * @param path Of the file, which is made if it isn't there; `":memory:"` for one that ends with the process.
 * @throws {InvalidOptionError} for a path or an option of a wrong type, and for one that does not exist.
 */
export function sqlite(path: string, options: SqliteOptions = {}): Store {
  if (typeof path !== "string" || path === "") throw expected("the path of sqlite()", 'a path, or ":memory:"', path);
  checkOptions("sqlite()", options, {
    synchronous: oneOf("full", "normal"),
    busyTimeout: aPositiveDuration,
    clock: anObject,
  });
  const { synchronous = "full", busyTimeout = "5s", clock = systemClock } = options;
  return new SqliteStore({ path, synchronous, clock, busyMs: toMs(busyTimeout, "sqlite(): busyTimeout") });
}
