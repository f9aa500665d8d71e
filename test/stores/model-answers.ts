import { expect } from "vitest";
import type { ClaimAnswer } from "../../src/stores/contract/claim.ts";
import type { Counts, JobRecord } from "../../src/stores/contract/job-record.ts";

/** A record without what the contract leaves open: who ran a job last whose attempt did not count. */
export function comparableRecord(record: JobRecord | undefined): unknown {
  if (record === undefined) return undefined;
  const { startedAt, worker, ...rest } = record;
  const ran = record.endedBy === undefined && ["running", "succeeded", "failed"].includes(record.status);
  return ran ? { ...rest, startedAt, worker } : rest;
}

/** Counts without queues that have nothing to tell. */
export function comparableCounts({ statuses, queues, now }: Counts): unknown {
  const telling = queues.filter(({ paused, queued, scheduled, running }) => paused || queued + scheduled + running > 0);
  return { statuses, queues: telling, now };
}

/** Two answers to the same claim. A hint when to come again may be early, never late. */
export function compareClaims(claimed: ClaimAnswer, reference: ClaimAnswer): void {
  expect(comparableClaim(claimed)).toEqual(comparableClaim(reference));
  if (reference.more) expect(claimed.more, "more to claim").toBe(true);
  if (reference.nextDueInMs === undefined) return;
  expect(claimed.nextDueInMs ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(reference.nextDueInMs);
  // At once only where there is something to do at once, so that nobody claims in circles.
  expect(claimed.nextDueInMs).toBeGreaterThanOrEqual(Math.min(1, reference.nextDueInMs));
}

function comparableClaim({ jobs, parked, ended, now }: ClaimAnswer): unknown {
  return { jobs, parked: byId(parked), ended, now };
}

/** In the order of the ids, for answers whose order does not matter. */
export function byId<Item extends { readonly id: string }>(items: readonly Item[]): readonly Item[] {
  return items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
