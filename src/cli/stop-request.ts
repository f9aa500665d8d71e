const signals = ["SIGTERM", "SIGINT"] as const;

/** Whether somebody wants it to stop, and whether in a hurry. */
export class StopRequest {
  readonly #asked: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #hurry = new AbortController();
  #isAsked = false;

  /** Resolves when it is to stop. */
  get asked(): Promise<void> {
    return this.#asked.promise;
  }

  get isAsked(): boolean {
    return this.#isAsked;
  }

  /** Aborts when nobody wants to wait any longer. */
  get hurry(): AbortSignal {
    return this.#hurry.signal;
  }

  /** Asking again changes nothing. */
  ask(): void {
    this.#isAsked = true;
    this.#asked.resolve();
  }

  askToHurry(): void {
    this.ask();
    this.#hurry.abort();
  }

  /** The first SIGTERM or SIGINT asks, the next one to hurry. */
  static ofSignals(): StopRequest {
    const stop = new StopRequest();
    for (const signal of signals) process.on(signal, () => (stop.isAsked ? stop.askToHurry() : stop.ask()));
    return stop;
  }

  /**
   * The process that has started this one asks. A signal that reaches all processes of a terminal or a service at once, and
   * its parent too, is therefore counted once. When the parent has vanished, nobody else would stop this one.
   */
  static ofParent(): StopRequest {
    const stop = new StopRequest();
    process.on("SIGINT", () => {});
    process.on("SIGTERM", () => stop.ask());
    process.on("disconnect", () => stop.ask());
    // It may have vanished before anybody listened.
    if (!process.connected) stop.ask();
    process.on("message", (order: unknown) => {
      if (order === "stop") stop.ask();
      if (order === "hurry") stop.askToHurry();
    });
    return stop;
  }
}
