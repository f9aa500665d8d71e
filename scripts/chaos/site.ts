import type { Place } from "../../test/support/places.ts";
import type { Random } from "./random.ts";

/** Where the jobs of a trial are kept, and what comes over that place while the trial goes on. */
export interface Site extends AsyncDisposable {
  /** How its processes find it. */
  readonly place: Place;
  /** The same for whoever looks at it when all is over. */
  readonly calmPlace: Place;
  /** Is its time its own, so that the clock of a worker may be wrong? */
  readonly hasClock: boolean;
  /** How often each trouble has come over it. */
  readonly counts: Readonly<Record<string, number>>;
  /** Makes trouble until the signal aborts; resolves when everything is as it was. */
  trouble(random: Random, signal: AbortSignal): Promise<void>;
}
