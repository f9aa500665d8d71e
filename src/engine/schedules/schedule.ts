import { toMs, type Duration } from "../../base/durations.ts";
import { messageOf } from "../../base/errors.ts";
import {
  InvalidOptionError,
  aString,
  checkOptions,
  describe,
  expected,
  oneOf,
  type OptionRule,
  type OptionRules,
} from "../../base/options.ts";
import type { AnyComposition } from "../../tasks/any-composition.ts";
import type { AnyTask } from "../../tasks/any-task.ts";
import { flatten, isComposition } from "../../tasks/composition.ts";
import { describeCall } from "../../tasks/durable-call.ts";
import type { DurableWork } from "../../tasks/links.ts";
import { InvalidWorkError } from "../../tasks/task-errors.ts";
import { isTask } from "../../tasks/task.ts";
import type { ArgsOf } from "../../tasks/work.ts";
import { cronTimetable, intervalTimetable, type Timetable } from "./timetable.ts";

/** When a schedule fires. */
export interface ScheduleOptions {
  /** A cron pattern of five fields, six with seconds or seven with years, such as `"0 3 * * *"`. */
  readonly cron?: string;
  /** Instead of a pattern: at every multiple of this, counted from the epoch. At least a second. */
  readonly every?: Duration;
  /** The time zone of the pattern, such as `"Europe/Berlin"`. Default `"UTC"`. */
  readonly timeZone?: string;
  /**
   * What becomes of times at which nobody was there to fire. `skip`: nothing. `one`: it fires once for all of them.
   * `all`: for each of the last 1,000. Default `"one"`.
   */
  readonly missed?: "skip" | "one" | "all";
  /** `skip`: it does not fire while the job of an earlier time has not ended. Default `"skip"`. */
  readonly overlap?: "skip" | "allow";
}

/** Work that is enqueued again and again. */
export interface ScheduleDefinition {
  readonly kind: "schedule";
  readonly name: string;
  readonly work: AnyTask | AnyComposition;
  readonly args: readonly unknown[];
  readonly missed: "skip" | "one" | "all";
  readonly overlap: "skip" | "allow";
  /** The pattern and its time zone, or the interval, as it was given. */
  readonly when: string;
  readonly timetable: Timetable;
}

/**
 * Defines a schedule for an engine to keep: `new Engine({ store, tasks, schedules: [nightly] })`.
 *
 * @throws {InvalidOptionError} for a name, a pattern, a time zone or an option that is none.
 * @throws {InvalidWorkError} for a task that is not durable.
 * @throws {InvalidArgumentsError} for arguments that can't be stored.
 */
export function schedule<W extends DurableWork>(
  name: string,
  options: ScheduleOptions,
  work: W,
  ...args: ArgsOf<W>
): ScheduleDefinition {
  const owner = `schedule ${typeof name === "string" ? name : describe(name)}`;
  if (!aName.accepts(name)) throw expected("schedule: its name", aName.expected, name);
  checkOptions(owner, options, rules);
  checkWork(owner, work, args);
  const { missed = "one", overlap = "skip" } = options;
  return new DefinedSchedule({ name, work, args, missed, overlap, ...whenOf(owner, options) });
}

/** Was it made by `schedule`? */
export function isSchedule(value: unknown): value is ScheduleDefinition {
  return value instanceof DefinedSchedule;
}

/** The tasks that a schedule needs an engine to know. */
export function tasksOf({ work, args }: ScheduleDefinition): readonly AnyTask[] {
  return isComposition(work) ? flatten(work, args).map(({ task }) => task) : [work];
}

class DefinedSchedule implements ScheduleDefinition {
  readonly kind = "schedule";
  readonly name: string;
  readonly work: AnyTask | AnyComposition;
  readonly args: readonly unknown[];
  readonly missed: "skip" | "one" | "all";
  readonly overlap: "skip" | "allow";
  readonly when: string;
  readonly timetable: Timetable;

  constructor(parts: Omit<ScheduleDefinition, "kind">) {
    this.name = parts.name;
    this.work = parts.work;
    this.args = parts.args;
    this.missed = parts.missed;
    this.overlap = parts.overlap;
    this.when = parts.when;
    this.timetable = parts.timetable;
  }
}

const aName: OptionRule = {
  expected: "letters, digits and any of _ . : / -",
  accepts: (value) => typeof value === "string" && /^[\w.:/-]{1,200}$/.test(value),
};

const anInterval: OptionRule = {
  expected: 'a duration of at least a second, such as "5m"',
  accepts: (value) => {
    try {
      return toMs(value as Duration, "every") >= 1_000;
    } catch {
      return false;
    }
  },
};

const aTimeZone: OptionRule = {
  expected: 'a time zone such as "Europe/Berlin"',
  accepts: (value) => typeof value === "string" && isTimeZone(value),
};

const rules: OptionRules = {
  cron: aString,
  every: anInterval,
  timeZone: aTimeZone,
  missed: oneOf("skip", "one", "all"),
  overlap: oneOf("skip", "allow"),
};

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

function checkWork(owner: string, work: unknown, args: readonly unknown[]): void {
  if (isComposition(work)) {
    for (const call of flatten(work, args)) describeCall(call.task, call.args);
    return;
  }
  if (!isTask(work)) throw new InvalidWorkError(`${owner}: expected a durable task, got ${describe(work)}`);
  if (work.options.tx !== undefined) {
    throw new InvalidWorkError(`${owner}: ${work.name}.with({ tx }) is for a single call; a schedule has no tx`);
  }
  describeCall(work, args);
}

function whenOf(
  owner: string,
  { cron, every, timeZone }: ScheduleOptions,
): Pick<ScheduleDefinition, "when" | "timetable"> {
  if ((cron === undefined) === (every === undefined)) {
    throw new InvalidOptionError(
      `${owner}: expected either cron or every, got ${cron === undefined ? "none" : "both"}`,
    );
  }
  if (cron !== undefined)
    return { when: `${cron} ${timeZone ?? "UTC"}`, timetable: patternOf(owner, cron, timeZone ?? "UTC") };
  if (timeZone !== undefined) throw new InvalidOptionError(`${owner}: timeZone is for cron; an interval has none`);
  return { when: `every ${every}`, timetable: intervalTimetable(Math.round(toMs(every as Duration, "every"))) };
}

function patternOf(owner: string, pattern: string, timeZone: string): Timetable {
  const fault = (reason: string): InvalidOptionError =>
    new InvalidOptionError(`${owner}: cron: expected a cron pattern, got ${describe(pattern)}; ${reason}`);
  // To croner, a time is a pattern that is due once, and "?" is the moment at which it reads the pattern.
  if (/\d[T:]\d/.test(pattern)) throw fault("a single time is no pattern");
  if (pattern.includes("?")) throw fault('"?" has no meaning here, use "*"');
  let timetable: Timetable;
  try {
    timetable = cronTimetable(pattern, timeZone);
  } catch (error) {
    throw fault(reasonOf(messageOf(error)));
  }
  if (timetable.next(0) === undefined) throw fault("no date is ever like this");
  return timetable;
}

/** Its numbers of days and months count from 0. */
function reasonOf(message: string): string {
  const text = message.replace(/^CronPattern: /, "");
  const [, field] = /^Invalid value for (\w+)/.exec(text) ?? [];
  return field === undefined ? text : `its ${field} is out of range`;
}
