import type { InsertAnswer, NewJob } from "../contract/new-job.ts";
import type { ScheduleRecord } from "../contract/store.ts";
import type { Core } from "./core.ts";
import { insertJobs } from "./insertion.ts";

/** The next slot of a schedule, and what it brings. */
export interface Firing {
  readonly name: string;
  readonly expectedLast: number;
  readonly slot: number;
  readonly jobs: readonly NewJob[];
}

/** Notes those that are new. In the order of the names. */
export function noteSchedules(
  core: Core,
  names: readonly string[],
): { readonly schedules: readonly ScheduleRecord[]; readonly now: number } {
  for (const name of names) core.sql.run("insert or ignore into afterwork_schedule values (?, ?)", name, core.now);
  return { schedules: names.map((name) => ({ name, lastSlot: lastSlot(core, name) ?? core.now })), now: core.now };
}

/** Moves a schedule on and stores its jobs, if nobody else has. */
export function fireSchedule(core: Core, firing: Firing): readonly InsertAnswer[] | undefined {
  const { name, expectedLast, slot, jobs } = firing;
  if (lastSlot(core, name) !== expectedLast) return undefined;
  const answers = insertJobs(core, jobs);
  core.sql.run("update afterwork_schedule set last_slot = ? where name = ?", slot, name);
  return answers;
}

function lastSlot(core: Core, name: string): number | undefined {
  const sql = "select last_slot as lastSlot from afterwork_schedule where name = ?";
  return core.sql.get<{ lastSlot: number }>(sql, name)?.lastSlot;
}
