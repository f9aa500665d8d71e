import { expect } from "vitest";
import type { NewJob } from "../../src/stores/contract/new-job.ts";
import { rateWindowMs } from "./model-jobs.ts";

/** Watches over the gates whose limits never change. */
export class ModelLimits {
  readonly #starts = new Map<string, number[]>();

  noteStart({ rate }: NewJob, now: number): void {
    if (rate === undefined || rate.key === "changing") return;
    const starts = [...(this.#starts.get(rate.key) ?? []), now];
    this.#starts.set(rate.key, starts);
    const within = starts.filter((start) => start > now - rateWindowMs);
    expect(within.length, `starts of ${rate.key} in one window`).toBeLessThanOrEqual(rate.limit);
  }

  checkRunning(jobs: readonly NewJob[]): void {
    const running = new Map<string, number>();
    for (const { concurrency } of jobs) {
      if (concurrency === undefined || concurrency.key === "changing") continue;
      const number = (running.get(concurrency.key) ?? 0) + 1;
      running.set(concurrency.key, number);
      expect(number, `running jobs of ${concurrency.key}`).toBeLessThanOrEqual(concurrency.limit);
    }
  }
}
