import { sleep, systemClock } from "../../base/clock.ts";
import type { JobRecord } from "../../stores/contract/job-record.ts";
import type { EventRecord } from "../../stores/contract/outcome.ts";
import type { Store } from "../../stores/contract/store.ts";
import { isTerminal } from "../../tasks/job-states.ts";
import { JobNotFoundError } from "../../tasks/job-errors.ts";
import type { EventsOptions, JobEvent } from "../../tasks/job.ts";
import { Wakeup } from "../wakeup.ts";

/** Without a hint, the store is asked this often. */
const pollMs = 200;
/** Hints are of all jobs, and come in bursts: many readers are not to ask for each of them. */
const shortestMs = 20;
const pageSize = 200;

/**
 * The events of a job until it has ended: those that are kept, its status now, and whatever follows. Nothing that is kept
 * is left out; a status that lasted for less than a look may be.
 *
 * @throws {JobNotFoundError} when the store does not know it, or no longer.
 */
export async function* jobEvents(
  id: string,
  store: Store,
  { after = 0, signal }: EventsOptions,
): AsyncGenerator<JobEvent, void, undefined> {
  const news = new Wakeup();
  const stopListening = store.onWake(() => news.raise());
  const leave = (): void => news.raise();
  signal?.addEventListener("abort", leave, { once: true });
  let last = after;
  let shown: string | undefined;
  try {
    while (signal?.aborted !== true) {
      const lookedAt = performance.now();
      // The status is read first, so that whatever was recorded before the end is still found after it.
      const [record] = await store.get([id], { brief: true });
      if (record === undefined) throw new JobNotFoundError(id);
      for (let page = await store.events(id, last, pageSize); page.length > 0;) {
        for (const event of page) yield toEvent(event);
        last = page.at(-1)?.id ?? last;
        page = page.length < pageSize ? [] : await store.events(id, last, pageSize);
      }
      if (record.status !== shown) yield statusEvent(record, last);
      shown = record.status;
      if (isTerminal(record.status)) return;
      await news.wait(pollMs);
      await sleep(systemClock, Math.max(0, lookedAt + shortestMs - performance.now()), signal);
    }
  } finally {
    stopListening();
    signal?.removeEventListener("abort", leave);
  }
}

function toEvent({ id, at, kind, data }: EventRecord): JobEvent {
  return { id, at: new Date(at), type: kind, data: JSON.parse(data) as unknown };
}

function statusEvent(record: JobRecord, id: number): JobEvent {
  const at = record.finishedAt ?? record.startedAt ?? record.createdAt;
  return { id, at: new Date(at), type: "status", data: record.status };
}
