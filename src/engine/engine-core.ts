import { systemClock, type Clock } from "../base/clock.ts";
import { AfterworkError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Store } from "../stores/contract/store.ts";
import { guard } from "../stores/guard/guard.ts";
import { Inserter } from "./inserter.ts";
import { JobWatch } from "./jobs/job-watch.ts";

/** What a core is made of. */
export interface CoreParts {
  readonly store: Store;
  readonly clock?: Clock;
  readonly timeoutMs: number;
  readonly log: Log;
}

/** An engine's store and what stands right before it. A test client puts another one in its place. */
export class EngineCore {
  readonly store: Store;
  readonly clock: Clock;
  readonly inserter: Inserter;
  readonly watch: JobWatch;
  #opening: Promise<void> | undefined;
  #isOpen = false;
  #closing: Promise<void> | undefined;

  constructor({ store, clock = systemClock, timeoutMs, log }: CoreParts) {
    this.clock = clock;
    this.store = guard(store, { timeoutMs, clock: systemClock, log });
    this.inserter = new Inserter(this.store, timeoutMs);
    this.watch = new JobWatch(this.store);
  }

  /** Can it be used at once? */
  get isOpen(): boolean {
    return this.#isOpen && this.#closing === undefined;
  }

  /** Opens the store, once; tried again when it failed. @throws {AfterworkError} `ENGINE_CLOSED` after `close`. */
  open(): Promise<void> {
    if (this.#closing !== undefined) {
      return Promise.reject(new AfterworkError("ENGINE_CLOSED", "the engine has been closed"));
    }
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #open(): Promise<void> {
    await this.store.open();
    this.#isOpen = true;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const opening = this.#opening;
    if (opening === undefined) return;
    await opening.catch(() => {});
    await this.inserter.idle();
    this.watch.close(new AfterworkError("ENGINE_CLOSED", "the engine has been closed"));
    await this.store.close();
  }
}
