/** What this process remembers of a job that it holds, so that a plain outcome needs no look-up. */
export interface Hold {
  readonly seq: number;
  /** What it remembers is true of a claim under this token only. */
  readonly token: number;
  readonly queue: number;
  /** As in the ready queue. */
  readonly flags: number;
  readonly attempt: number;
  readonly startedAt: number;
  readonly policy: number;
  /** The name of its worker. */
  readonly worker: number;
}

/** More than the workers of one process hold at a time. What is forgotten is looked up. */
const mostRemembered = 50_000;

/** What this process has claimed and not settled. A memory only: the file says what is true. */
export class Holds {
  readonly #holds = new Map<string, Hold>();

  get(id: string): Hold | undefined {
    return this.#holds.get(id);
  }

  note(id: string, hold: Hold): void {
    if (this.#holds.size >= mostRemembered) this.#holds.clear();
    this.#holds.set(id, hold);
  }

  delete(id: string): void {
    this.#holds.delete(id);
  }
}
