import { sleep, systemClock, type Clock } from "../base/clock.ts";
import { AfterworkError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { StoreFaultError } from "../stores/contract/store-fault-error.ts";
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
  readonly #timeoutMs: number;

  constructor({ store, clock = systemClock, timeoutMs, log }: CoreParts) {
    this.#timeoutMs = timeoutMs;
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
    await this.#inTime(
      "open",
      opening.catch(() => {}),
    );
    await this.inserter.idle();
    this.watch.close(new AfterworkError("ENGINE_CLOSED", "the engine has been closed"));
    await this.#inTime("close", this.store.close());
  }

  /** Whoever closes has other things to close after it. @throws {StoreFaultError} when the store does not come to an end. */
  async #inTime(call: string, ending: Promise<void>): Promise<void> {
    const over = new AbortController();
    const ended = ending.finally(() => over.abort());
    ended.catch(() => {});
    await sleep(systemClock, this.#timeoutMs, over.signal);
    if (over.signal.aborted) return ended;
    throw new StoreFaultError(`the store did not ${call} within ${this.#timeoutMs} ms, and is left as it is`, {
      details: { call },
    });
  }
}
