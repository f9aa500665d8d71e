/** The streams and sockets that are open. They are told to end when a shutdown begins, and later ones as soon as they open. */
export class LongLived {
  readonly #open = new Set<AbortController>();
  #reason: Error | undefined;

  add(controller: AbortController): void {
    this.#open.add(controller);
    if (this.#reason !== undefined) controller.abort(this.#reason);
  }

  delete(controller: AbortController): void {
    this.#open.delete(controller);
  }

  /** Calling it again does nothing more. */
  end(): void {
    this.#reason ??= new Error("the server is shutting down");
    for (const controller of this.#open) controller.abort(this.#reason);
  }
}
