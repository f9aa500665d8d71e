/**
 * `waiting`: its request, or attempt, has not settled. `elsewhere`: written in a transaction of the user's own, which may
 * still be open. `dropped`: it will never be stored.
 */
type WritingPhase = "waiting" | "writing" | "stored" | "elsewhere" | "dropped";

/** How the writing of a job stands. */
export class Writing {
  #phase: WritingPhase = "waiting";
  #reason: Error | undefined;
  #done: PromiseWithResolvers<void> | undefined;
  deduplicated = false;

  get phase(): WritingPhase {
    return this.#phase;
  }

  /** Why it will never be stored. */
  get reason(): Error {
    return this.#reason ?? new Error("it was dropped");
  }

  done(): Promise<void> {
    if (this.#phase === "stored" || this.#phase === "elsewhere") return Promise.resolve();
    if (this.#phase === "dropped") return quiet(Promise.reject(this.reason));
    this.#done ??= Promise.withResolvers();
    return quiet(this.#done.promise);
  }

  finish(phase: "stored" | "elsewhere", deduplicated: boolean): void {
    this.deduplicated = deduplicated;
    this.#phase = phase;
    this.#done?.resolve();
  }

  /** It is on its way to the store. */
  begin(): void {
    if (this.#phase === "waiting") this.#phase = "writing";
  }

  drop(reason: Error): void {
    if (this.#phase !== "waiting" && this.#phase !== "writing") return;
    this.#phase = "dropped";
    this.#reason = reason;
    this.#done?.reject(reason);
  }
}

/** A rejection that nobody reads must not bring the process down. */
function quiet(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}
