import process from "node:process";

import type { Startable } from "../../app/servable-app.ts";

const signals = ["SIGTERM", "SIGINT"] as const;

/** What has to be drained before this process ends: Next loads the file that makes an adapter once for each kind of entry. */
class Drains {
  readonly #apps = new Set<Startable>();
  readonly #hurry = new AbortController();
  #isEnding = false;

  constructor() {
    for (const signal of signals) process.on(signal, () => this.#onSignal(signal));
  }

  add(app: Startable): void {
    this.#apps.add(app);
  }

  /** The second signal shortens every wait. */
  #onSignal(signal: NodeJS.Signals): void {
    if (this.#isEnding) return this.#hurry.abort();
    this.#isEnding = true;
    for (const app of this.#apps) app.beginShutdown();
    this.#holdExit();
    const isOurs = process.listenerCount(signal) === 1;
    if (isOurs) process.exit(0);
  }

  /**
   * At a signal, Next finishes its requests and what they have left to `after`, then it calls `process.exit`, which waits for
   * nobody. There is no other place to stand in between.
   */
  #holdExit(): void {
    const exit = process.exit.bind(process);
    const drainThenExit = (code?: number): void => {
      const closing = [...this.#apps].map((app) => app.close({ hurry: this.#hurry.signal }));
      void Promise.allSettled(closing).then(() => exit(code));
    };
    process.exit = drainThenExit as typeof process.exit;
  }
}

const key: unique symbol = Symbol.for("afterwork.next.drains") as never;

/** Has the process end only when this has been drained. Where nobody else listens to signals, they end the process here. */
export function drainAtExit(app: Startable): void {
  const shared = globalThis as { [key]?: Drains };
  (shared[key] ??= new Drains()).add(app);
}
