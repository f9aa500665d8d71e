import type { JobShape } from "../contract/job-shape.ts";
import type { NewJob } from "../contract/new-job.ts";

/** Has what a job shares with others a time with a fraction? Units make some, and databases keep whole milliseconds. */
export function hasFractionInShape({ crash, keep }: JobShape): boolean {
  return isFractional(crash) || isFractional(keep);
}

/** Has it one of its own? Jitter makes some. */
export function hasOwnFraction({ delayMs, runAt, expiresInMs, expiresAt, unique, rate }: NewJob): boolean {
  return (
    isFraction(delayMs) ||
    isFraction(runAt) ||
    isFraction(expiresInMs) ||
    isFraction(expiresAt) ||
    isFractional(unique) ||
    isFractional(rate)
  );
}

/** The same job with all of its times rounded up, so that nothing happens too early and no length becomes 0. */
export function withWholeTimes(job: NewJob): NewJob {
  if (!hasOwnFraction(job) && !hasFractionInShape(job)) return job;
  return {
    ...rounded(job),
    crash: rounded(job.crash),
    keep: rounded(job.keep),
    ...(job.unique === undefined ? {} : { unique: rounded(job.unique) }),
    ...(job.rate === undefined ? {} : { rate: rounded(job.rate) }),
  };
}

/** The same object with its numbers rounded up. */
export function rounded<Record extends object>(record: Record): Record {
  const entries = Object.entries(record).map(([name, value]: [string, unknown]) => {
    return [name, typeof value === "number" ? Math.ceil(value) : value];
  });
  return Object.fromEntries(entries) as Record;
}

function isFractional(record: object | undefined): boolean {
  if (record === undefined) return false;
  const values = record as Readonly<Record<string, unknown>>;
  for (const name in values) {
    if (isFraction(values[name])) return true;
  }
  return false;
}

function isFraction(value: unknown): boolean {
  return typeof value === "number" && !Number.isInteger(value);
}
