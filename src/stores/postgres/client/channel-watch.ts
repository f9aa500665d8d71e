import { sleep, systemClock } from "../../../base/clock.ts";
import type { ChannelListener } from "./database.ts";
import { DeafChannelError, ListenSession, type SessionOptions } from "./listen-session.ts";

/** What a watch is made of. */
export type WatchOptions = Omit<SessionOptions, "onListening" | "onNotification"> & {
  readonly listener: ChannelListener;
};

/** Listens to a channel, one session after the other, until it is stopped. */
export class ChannelWatch {
  readonly #options: WatchOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #session: ListenSession | undefined;
  #waitMs: number;
  /** What has been reported since it last listened. */
  #reported: "nothing" | "lost" | "deaf" = "nothing";

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#waitMs = options.pace.retryMs[0];
    this.#running = this.#run();
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    this.#session?.end(undefined);
    return this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    // Nothing is called back before `listen` has returned.
    await Promise.resolve();
    while (!signal.aborted) {
      const reason = await this.#listen();
      if (signal.aborted) return;
      this.#report(reason);
      await sleep(systemClock, this.#nextWaitMs(reason), signal);
    }
  }

  #listen(): Promise<unknown> {
    const { listener, ...options } = this.#options;
    this.#session = new ListenSession({
      ...options,
      onNotification: (payload) => listener.onNotification(payload),
      onListening: () => {
        this.#waitMs = options.pace.retryMs[0];
        this.#reported = "nothing";
        listener.onListening();
      },
    });
    return this.#session.run();
  }

  /** Once per loss; that notifications don't arrive is told even if something else was wrong before. */
  #report(reason: unknown): void {
    const what = reason instanceof DeafChannelError ? "deaf" : "lost";
    if (this.#reported === what || this.#reported === "deaf") return;
    this.#reported = what;
    this.#options.listener.onLost(reason);
  }

  /** They differ from process to process, so that a server that is back is not met by all of them at once. */
  #nextWaitMs(reason: unknown): number {
    const { retryMs, deafMs } = this.#options.pace;
    const waitMs = reason instanceof DeafChannelError ? deafMs : this.#waitMs;
    this.#waitMs = Math.min(this.#waitMs * 2, retryMs[1]);
    return waitMs * (0.5 + Math.random() / 2);
  }
}
