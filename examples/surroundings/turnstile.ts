/** Lets everybody through; once it is closed, only so many more, and the others when it is opened again. */
export class Turnstile {
  #left = Number.POSITIVE_INFINITY;
  #waiting: (() => void)[] = [];

  /** How many stand before it. */
  get waiting(): number {
    return this.#waiting.length;
  }

  closeAfter(count: number): void {
    this.#left = count;
  }

  open(): void {
    this.#left = Number.POSITIVE_INFINITY;
    for (const go of this.#waiting.splice(0)) go();
  }

  pass(): Promise<void> {
    this.#left -= 1;
    if (this.#left >= 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
