import type { NewJob } from "../contract/new-job.ts";

/** Has a job a time with a fraction? Jitter and units make some, and databases keep whole milliseconds. */
export function hasFraction(job: NewJob): boolean {
  return (
    isFractional(job) ||
    isFractional(job.crash) ||
    isFractional(job.keep) ||
    isFractional(job.unique) ||
    isFractional(job.rate)
  );
}

/** The same job with all of its times rounded up, so that nothing happens too early and no length becomes 0. */
export function withWholeTimes(job: NewJob): NewJob {
  if (!hasFraction(job)) return job;
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
    const value = values[name];
    if (typeof value === "number" && !Number.isInteger(value)) return true;
  }
  return false;
}
