import type { EventRecord, RecordEntry, StepRecord } from "../contract/outcome.ts";
import type { State } from "./state.ts";
import type { StoredJob } from "./stored-job.ts";

/** How many events are kept of a job. */
const mostEvents = 1000;

/** Keeps what a running attempt reports, if its job is still held under its token. */
export function recordOne(state: State, entry: RecordEntry, now: number): "applied" | "lost" {
  const job = state.jobs.find(entry.id);
  if (job?.hold?.token !== entry.token) return "lost";
  if (entry.kind === "step") {
    job.steps.set(entry.name, { name: entry.name, value: entry.value });
    return "applied";
  }
  if (entry.kind === "progress") job.progress = entry.data;
  addEvent(job, { at: now, kind: entry.kind, data: entry.data });
  return "applied";
}

/** The steps of a job, in the order in which they were recorded first. */
export function stepsOf(state: State, id: string): readonly StepRecord[] {
  return [...(state.jobs.find(id)?.steps.values() ?? [])];
}

/** The events of a job after one of them. */
export function eventsOf(state: State, id: string, after: number, limit: number): readonly EventRecord[] {
  const kept = state.jobs.find(id)?.events.slice(-mostEvents) ?? [];
  return kept.filter((event) => event.id > after).slice(0, limit);
}

/** Twice as many are let in before the older half goes, so that not every event moves all others. */
function addEvent(job: StoredJob, event: Omit<EventRecord, "id">): void {
  job.lastEvent += 1;
  job.events.push({ id: job.lastEvent, ...event });
  if (job.events.length >= 2 * mostEvents) job.events = job.events.slice(-mostEvents);
}
