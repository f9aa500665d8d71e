import { equal } from "node:assert/strict";

/** Counts the runs of jobs by their index. */
export class Runs {
  readonly #runs: Uint8Array;
  #ran = 0;
  #awaited = -1;
  #onAll: () => void = () => {};

  /** `most`: how many jobs there will be. */
  constructor(most: number) {
    this.#runs = new Uint8Array(most);
  }

  note(index: number): void {
    const runs = this.#runs[index] ?? 0;
    this.#runs[index] = runs + 1;
    if (runs === 0) this.#ran += 1;
    if (this.#ran === this.#awaited) this.#onAll();
  }

  /** Resolves when so many different jobs have run. */
  reach(jobs: number): Promise<void> {
    this.#awaited = jobs;
    return new Promise((resolve) => {
      if (this.#ran === jobs) resolve();
      else this.#onAll = resolve;
    });
  }

  /** @throws unless each of so many jobs has run once. */
  expectOnce(jobs: number): void {
    equal(this.#ran, jobs, "jobs that have run");
    const wrong = this.#runs.findIndex((runs, index) => index < jobs && runs !== 1);
    equal(wrong, -1, "the first job that ran not once");
  }
}
