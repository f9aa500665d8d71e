import type { Over, ResponseEnd } from "../app/response/response-end.ts";

/** The end of a response that never saw a socket: it is over when the test has read it. */
export class MemoryEnd implements ResponseEnd {
  /** A test waits for all work by itself. */
  readonly waitUntil = (): void => {};
  #over: Over | undefined;
  #read = false;

  attach(response: Response, over: Over): Response {
    this.#over = over;
    return response;
  }

  attachLate(over: Over): void {
    if (this.#read) void over();
    else this.#over = over;
  }

  /** The response has been read, or given up. Resolves when what was waiting for that has been done. */
  async finish(): Promise<void> {
    this.#read = true;
    await this.#over?.();
  }
}
