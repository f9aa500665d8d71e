import { chain, schedule, task, type ScheduleOptions } from "afterwork";
import { describe, expect, test } from "vitest";
import { isSchedule, tasksOf } from "../../../src/engine/schedules/schedule.ts";
import { badOptions, testRefusals } from "../../bad-input/support/refusals.ts";

const report = task("report", { durable: true }, (_context, _region: string) => 1);
const save = task("save", { durable: true }, (_context, _count: number) => {});
const local = task("local", () => {});
/** What types would refuse. */
const loosely = schedule as (name: string, options: object, ...work: readonly unknown[]) => unknown;
const define = (options: object): unknown => schedule("nightly", options as ScheduleOptions, report, "eu");
const daily = { cron: "0 3 * * *" };

test("a schedule says what is enqueued, and when", () => {
  const nightly = schedule("nightly", { ...daily, timeZone: "Europe/Berlin", missed: "all" }, report, "eu");
  expect(nightly).toMatchObject({ name: "nightly", work: report, args: ["eu"], missed: "all", overlap: "skip" });
  expect(nightly.when).toBe("0 3 * * * Europe/Berlin");
  expect([isSchedule(nightly), isSchedule({ ...nightly })]).toEqual([true, false]);
  expect(tasksOf(nightly)).toEqual([report]);
});

test("a composition can be scheduled", () => {
  const both = schedule("both", { every: "1h" }, chain([report, "eu"], save));
  expect(tasksOf(both)).toEqual([report, save]);
});

describe("a schedule refuses", () => {
  testRefusals([
    [
      "a name with a space",
      () => schedule("a b", daily, report, "eu"),
      "INVALID_OPTION",
      "schedule: its name: expected",
    ],
    [
      "no options",
      () => define(null as never),
      "INVALID_OPTION",
      "the options of schedule nightly: expected an object",
    ],
    [
      "neither cron nor every",
      () => define({}),
      "INVALID_OPTION",
      "schedule nightly: expected either cron or every, got none",
    ],
    ["both cron and every", () => define({ ...daily, every: "1h" }), "INVALID_OPTION", "got both"],
    [
      "a time zone for an interval",
      () => define({ every: "1h", timeZone: "UTC" }),
      "INVALID_OPTION",
      "timeZone is for cron",
    ],
    [
      "a task that is not durable",
      () => loosely("nightly", daily, local),
      "INVALID_WORK",
      "the task local can't be stored: define it with durable: true",
    ],
    ["a function", () => loosely("nightly", daily, () => {}), "INVALID_WORK", "expected a durable task"],
    [
      "a transaction",
      () => schedule("nightly", daily, report.with({ tx: {} }), "eu"),
      "INVALID_WORK",
      "a schedule has no tx",
    ],
    [
      "arguments that can't be stored",
      () => loosely("nightly", daily, report, new Date()),
      "INVALID_ARGUMENTS",
      "report: argument 1: expected plain JSON, got an object of class Date",
    ],
    ...badOptions("schedule", define, [
      ["cron", "61 * * * *", 'cron: expected a cron pattern, got "61 * * * *"; its minute is out of range'],
      ["cron", "* 25 * * *", "its hour is out of range"],
      ["cron", "* * 32 * *", "its day is out of range"],
      ["cron", "* * * 13 *", "its month is out of range"],
      ["cron", "* * * * 8", "its dayOfWeek is out of range"],
      ["cron", "every day", "exactly five, six, or seven"],
      ["cron", "", "cron: expected a string that is not empty"],
      ["cron", "? * * * *", '"?" has no meaning here'],
      ["cron", "2030-01-01T00:00:00", "a single time is no pattern"],
      ["cron", "@reboot", "not supported"],
      ["cron", "0 0 30 2 *", "no date is ever like this"],
      ["cron", 5, "got 5"],
      ["every", "500ms", 'every: expected a duration of at least a second, such as "5m", got "500ms"'],
      ["every", "soon", 'got "soon"'],
      ["timeZone", "Europe/Berln", 'timeZone: expected a time zone such as "Europe/Berlin", got "Europe/Berln"'],
      ["missed", "none", 'missed: expected "skip" or "one" or "all", got "none"'],
      ["overlap", true, 'overlap: expected "skip" or "allow", got true'],
      ["timezone", "UTC", 'did you mean "timeZone"?'],
    ]),
  ]);
});
