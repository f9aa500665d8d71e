import type { Clock } from "../base/clock.ts";
import type { Store } from "../stores/contract/store.ts";
import type { Inline } from "./inline.ts";

/** The inside of an engine: what test clients and the command line do with it, which is nobody else's business. */
export interface EngineInternals {
  /** Its own store, opened or not. */
  readonly store: Store;
  /** Is a worker running on its own store? */
  readonly isWorking: boolean;
  /** Puts another store in the place of its own; the function returned undoes it. */
  use(store: Store, clock: Clock): () => void;
  /** Runs jobs one after the other, where nobody works. */
  inline(): Inline;
}
