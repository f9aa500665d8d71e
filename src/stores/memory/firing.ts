import type { InsertAnswer } from "../contract/new-job.ts";
import type { Firing } from "../contract/store.ts";
import { insertJobs } from "./insertion.ts";
import type { State } from "./state.ts";

/** Moves a schedule on and stores its jobs, if nobody else has. */
export function fireSchedule(state: State, firing: Firing, now: number): readonly InsertAnswer[] | undefined {
  const { name, expectedLast, slot, jobs, unlessUnfinished = false } = firing;
  const schedule = state.schedules.get(name);
  if (schedule?.lastSlot !== expectedLast) return undefined;
  const isHeld = unlessUnfinished && isUnfinished(state, schedule.lastJob);
  const answers = isHeld ? [] : insertJobs(state, jobs, now);
  state.schedules.set(name, { lastSlot: slot, lastJob: answers.at(-1)?.id ?? schedule.lastJob });
  return answers;
}

function isUnfinished(state: State, id: string | undefined): boolean {
  const job = id === undefined ? undefined : state.jobs.find(id);
  return job !== undefined && !job.ended;
}
