import { ChannelWatch, type WatchOptions } from "./channel-watch.ts";
import type { ChannelListener } from "./database.ts";

/** The channels that a database listens to. */
export class Listeners {
  readonly #options: Omit<WatchOptions, "channel" | "listener">;
  readonly #watches = new Set<ChannelWatch>();

  constructor(options: Omit<WatchOptions, "channel" | "listener">) {
    this.#options = options;
  }

  add(channel: string, listener: ChannelListener): { stop(): Promise<void> } {
    const watch = new ChannelWatch({ ...this.#options, channel, listener });
    this.#watches.add(watch);
    return {
      stop: () => {
        this.#watches.delete(watch);
        return watch.stop();
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#watches].map((watch) => watch.stop()));
    this.#watches.clear();
  }
}
