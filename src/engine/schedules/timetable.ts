import { Cron } from "croner";

/** When something is due. Times are milliseconds since the epoch. */
export interface Timetable {
  /** The first time after `afterMs`; `undefined` when there is none. */
  next(afterMs: number): number | undefined;
  /** The last time until `untilMs`, that one included. */
  last(untilMs: number): number | undefined;
}

/** Every multiple of an interval since the epoch, so that every process knows the same times. */
export function intervalTimetable(everyMs: number): Timetable {
  return {
    next: (afterMs) => (Math.floor(afterMs / everyMs) + 1) * everyMs,
    last: (untilMs) => Math.floor(untilMs / everyMs) * everyMs,
  };
}

/**
 * The times of a cron pattern in a time zone. A fixed time that a clock change skips is due at the end of the gap, and
 * one that it repeats only at first; a pattern with `*` or steps in its time follows the clock, both times an hour is
 * repeated.
 *
 * @throws whatever croner says of a pattern that is none.
 */
export function cronTimetable(pattern: string, timezone: string): Timetable {
  const cron = new Cron(pattern, { timezone, fixedTimeRule: "no-wildcard", mode: "auto" });
  return {
    next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime(),
    // It looks for what lies before its reference, in whole seconds.
    last: (untilMs) => cron.previousRuns(1, new Date((Math.floor(untilMs / 1_000) + 1) * 1_000))[0]?.getTime(),
  };
}
