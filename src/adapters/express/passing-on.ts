import type { NextFunction } from "express";

/** What an injected handler has said by `next`, until it has ended: before that its dependencies are still open. */
export class PassingOn {
  #said: { readonly word: unknown } | undefined;

  /** What the handler gets as `next`. The first call counts. */
  readonly next: NextFunction = (word?: unknown) => {
    this.#said ??= { word };
  };

  /** Does the handler leave the request to the next one? @throws what it has passed to `next` as an error. */
  isAsked(): boolean {
    if (this.#said === undefined) return false;
    if (isError(this.#said.word)) throw this.#said.word;
    return true;
  }

  /** Goes on with the next handler, the next route or out of the router, if the handler said so. */
  goOn(next: NextFunction): void {
    if (this.#said !== undefined) next(this.#said.word);
  }
}

function isError(word: unknown): boolean {
  return word != null && word !== false && word !== 0 && word !== "" && word !== "route" && word !== "router";
}
