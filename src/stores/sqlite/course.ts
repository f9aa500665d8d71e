import type { Core } from "./core.ts";

/** How a job that does not go straight through has gone so far. */
export interface Course {
  /** How many attempts have counted. */
  readonly attempts: number;
  /** Have all of them been lost to crashes? */
  readonly onlyCrashes: number;
  readonly dueAt: number | null;
  readonly startedAt: number | null;
  readonly worker: number | null;
  readonly settledToken: number | null;
}

/** Notes it. What was noted before is gone. */
export function writeCourse(core: Core, seq: number, course: Course): void {
  const { attempts, onlyCrashes, dueAt, startedAt, worker, settledToken } = course;
  const values = [attempts, onlyCrashes, dueAt, startedAt, worker, settledToken] as const;
  core.sql.run("insert or replace into afterwork_course values (?, ?, ?, ?, ?, ?, ?)", seq, ...values);
}
