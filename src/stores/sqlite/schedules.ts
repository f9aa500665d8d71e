import type { InsertAnswer } from "../contract/new-job.ts";
import type { Firing, ScheduleRecord } from "../contract/store.ts";
import type { Core } from "./core.ts";
import { insertJobs } from "./insertion.ts";
import { findSeq } from "./job-row.ts";

/** Notes those that are new. In the order of the names. */
export function noteSchedules(
  core: Core,
  names: readonly string[],
): { readonly schedules: readonly ScheduleRecord[]; readonly now: number } {
  for (const name of names)
    core.sql.run("insert or ignore into afterwork_schedule values (?, ?, null)", name, core.now);
  return {
    schedules: names.map((name) => ({ name, lastSlot: readSchedule(core, name)?.lastSlot ?? core.now })),
    now: core.now,
  };
}

/** Moves a schedule on and stores its jobs, if nobody else has. */
export function fireSchedule(core: Core, firing: Firing): readonly InsertAnswer[] | undefined {
  const { name, expectedLast, slot, jobs, unlessUnfinished = false } = firing;
  const schedule = readSchedule(core, name);
  if (schedule?.lastSlot !== expectedLast) return undefined;
  const isHeld = unlessUnfinished && isUnfinished(core, schedule.lastJob);
  const answers = isHeld ? [] : insertJobs(core, jobs);
  const lastJob = answers.at(-1)?.id ?? schedule.lastJob;
  core.sql.run("update afterwork_schedule set last_slot = ?, last_job = ? where name = ?", slot, lastJob, name);
  return answers;
}

interface ScheduleRow {
  readonly lastSlot: number;
  readonly lastJob: string | null;
}

function readSchedule(core: Core, name: string): ScheduleRow | undefined {
  const sql = "select last_slot as lastSlot, last_job as lastJob from afterwork_schedule where name = ?";
  return core.sql.get<ScheduleRow>(sql, name);
}

function isUnfinished(core: Core, id: string | null): boolean {
  const seq = id === null ? undefined : findSeq(core, id);
  return seq !== undefined && core.sql.get("select 1 from afterwork_outcome where seq = ?", seq) === undefined;
}
