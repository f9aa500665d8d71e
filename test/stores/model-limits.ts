import { expect } from "vitest";
import type { JobRecord } from "../../src/stores/contract/job-record.ts";
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

/** Of the jobs that run in one session, a suspect is the only one that was lost to crashes. */
export function checkSuspects(running: readonly JobRecord[]): void {
  const crashed = new Map<string, number[]>();
  for (const record of running) {
    const { worker = "" } = record;
    const crashes = crashesBefore(record);
    if (crashes > 0) crashed.set(worker, [...(crashed.get(worker) ?? []), crashes]);
  }
  for (const [worker, crashes] of crashed) {
    if (crashes.some((number) => number > 1)) expect(crashes, `crashes of the jobs of ${worker}`).toHaveLength(1);
  }
}

/** How often a running job was lost before, if to crashes only. Failures of before it was brought back by hand do not count. */
function crashesBefore({ attempt, failures }: JobRecord): number {
  const counted = attempt > 1 ? failures.slice(1 - attempt) : [];
  return counted.every(({ crashed }) => crashed) ? counted.length : 0;
}
