import type { Clock } from "../../base/clock.ts";
import type { Store } from "../contract/store.ts";

/** What the suite wants to know of a store. */
export interface StoreUnderTest {
  /** The store's name, for the names of the tests. */
  readonly name: string;
  /**
   * Makes a store without any jobs in it, for one case; the suite opens and closes it. A store whose capability `clock` is
   * `settable` has to use the clock given.
   */
  open(options: { readonly clock: Clock }): Store | Promise<Store>;
  /** Called after a store has been closed: removes what it leaves behind. */
  dispose?(store: Store): void | Promise<void>;
  /** Begins a transaction of a user's own. Needed if the store's capability `tx` is true. */
  readonly begin?: (store: Store) => Promise<UserTransaction>;
  /**
   * The unit of time of the cases, in milliseconds, where they have to wait for the clock of a server; the longest wait is
   * about ten of them. Default 200: less, and a slow machine misses what a case waits for.
   */
  readonly tickMs?: number;
}

/** A transaction of a user's own, as `insert` takes it, and its two ends. */
export interface UserTransaction {
  readonly tx: unknown;
  readonly commit: () => Promise<void>;
  readonly rollback: () => Promise<void>;
}
