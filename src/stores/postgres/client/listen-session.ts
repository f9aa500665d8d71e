import { randomUUID } from "node:crypto";
import { sleep, systemClock } from "../../../base/clock.ts";
import { StoreFaultError } from "../../contract/store-fault-error.ts";
import type { Query } from "./database.ts";
import { lateFault } from "./faults.ts";
import { within } from "./within.ts";

/** What listening waits for, in milliseconds. */
export interface ListenPace {
  /** Before it is tried again for the first time, and at most; in between each wait is twice the last. */
  readonly retryMs: readonly [first: number, most: number];
  /** Between two round trips that show that the connection is alive. */
  readonly heartbeatMs: number;
  /** For a connection, for the answer of a round trip, and for the notification that shows that they arrive. */
  readonly answerMs: number;
  /** Before it is tried again where notifications don't arrive; that will hardly change by itself. */
  readonly deafMs: number;
}

export const defaultPace: ListenPace = {
  retryMs: [100, 5_000],
  heartbeatMs: 10_000,
  answerMs: 5_000,
  deafMs: 60_000,
};

/** A connection that listens to one channel. */
export interface ListenConnection {
  /** Connects, and listens. */
  open(): Promise<void>;
  /** A round trip. */
  check(): Promise<void>;
  /** Ends it at once, whatever state it is in. Does nothing for one that has ended. */
  destroy(): void;
}

/** Who is told what comes over a connection. */
export interface ConnectionEvents {
  onNotification(payload: string): void;
  onLost(error: unknown): void;
}

/** What one session is made of. */
export interface SessionOptions {
  readonly channel: string;
  readonly connect: (channel: string, events: ConnectionEvents) => ListenConnection;
  /** On other connections than the one that listens. */
  readonly query: Query;
  readonly place: string;
  readonly pace: ListenPace;
  readonly onNotification: (payload: string) => void;
  readonly onListening: () => void;
}

/** Why nothing is heard although the server has agreed to tell. Code `STORE_FAULT`. */
export class DeafChannelError extends StoreFaultError {}

const probe = /^probe:[0-9a-f]{8}-[0-9a-f-]{27}$/;

/**
 * Listens on one connection from its beginning to its end. It counts as listening once a notification that was sent over
 * another connection has arrived: a pooler in transaction mode agrees to `listen`, and then passes nothing on, or to others.
 */
export class ListenSession {
  readonly #options: SessionOptions;
  readonly #connection: ListenConnection;
  readonly #over = new AbortController();
  readonly #ending: PromiseWithResolvers<unknown> = Promise.withResolvers<unknown>();
  readonly #probe = `probe:${randomUUID()}`;
  readonly #arrival: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#connection = options.connect(options.channel, {
      onNotification: (payload) => this.#hear(payload),
      onLost: (error) => this.end(error),
    });
  }

  /** Resolves with what has ended it; never rejects. */
  run(): Promise<unknown> {
    this.#listen().catch((error: unknown) => this.end(error));
    return this.#ending.promise;
  }

  end(reason: unknown): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#connection.destroy();
    this.#ending.resolve(reason);
  }

  async #listen(): Promise<void> {
    const { pace, place, onListening } = this.#options;
    await within(pace.answerMs, this.#connection.open(), () =>
      lateFault(place, `no connection that listens within ${pace.answerMs} ms`),
    );
    await this.#prove();
    if (this.#over.signal.aborted) return;
    onListening();
    await this.#keepAlive();
  }

  async #prove(): Promise<void> {
    const { channel, query, pace, place } = this.#options;
    if (this.#over.signal.aborted) return;
    await query("select pg_notify($1, $2)", [channel, this.#probe]);
    const remedy =
      "a pooler in transaction mode stands before it, or listenUrl names another database; give listenUrl a direct connection";
    await within(
      pace.answerMs,
      this.#arrival.promise,
      () => new DeafChannelError(`${place}: notifications don't arrive: ${remedy}`, { passing: true }),
    );
  }

  async #keepAlive(): Promise<void> {
    const { pace, place } = this.#options;
    const { signal } = this.#over;
    for (;;) {
      await sleep(systemClock, pace.heartbeatMs, signal);
      if (signal.aborted) return;
      await within(pace.answerMs, this.#connection.check(), () =>
        lateFault(place, `the connection that listens did not answer within ${pace.answerMs} ms`),
      );
    }
  }

  #hear(payload: string): void {
    if (this.#over.signal.aborted) return;
    if (payload === this.#probe) this.#arrival.resolve();
    else if (!probe.test(payload)) this.#options.onNotification(payload);
  }
}
