import { schedule, task, type ScheduleOptions } from "afterwork";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dueSlots, nextSlot, slotsBetween } from "../../../src/engine/schedules/slots.ts";

const report = task("report", { durable: true }, () => {});
const define = (options: ScheduleOptions) => schedule("nightly", options, report);
const at = (text: string): number => Date.parse(text);

/** The times as they are shown in UTC, from one time to another. */
function times(options: ScheduleOptions, from: string, until: string, max = 100): string[] {
  const slots = slotsBetween(define(options), at(from), at(until), max);
  return slots.map((slot) => new Date(slot).toISOString().replace(":00.000Z", ""));
}

/** The local date of a time. */
function localDate(slot: number, timeZone: string): string {
  return new Intl.DateTimeFormat("sv", { timeZone, dateStyle: "short" }).format(slot);
}

describe("a daily time", () => {
  test("that the clock skips is due at the end of the gap, once", () => {
    expect(times({ cron: "30 2 * * *", timeZone: "Europe/Berlin" }, "2025-03-29T00:00Z", "2025-03-31T12:00Z")).toEqual([
      "2025-03-29T01:30",
      "2025-03-30T01:00",
      "2025-03-31T00:30",
    ]);
  });

  test("that the clock repeats is due at first, once", () => {
    expect(times({ cron: "30 2 * * *", timeZone: "Europe/Berlin" }, "2025-10-25T00:00Z", "2025-10-27T12:00Z")).toEqual([
      "2025-10-25T00:30",
      "2025-10-26T00:30",
      "2025-10-27T01:30",
    ]);
  });

  test.each([
    ["America/New_York", "30 2 * * *", "2025-03-09T07:00"],
    ["America/New_York", "30 1 * * *", "2025-11-02T05:30"],
    ["Australia/Lord_Howe", "15 2 * * *", "2025-10-04T15:30"],
    ["Africa/Cairo", "0 0 * * *", "2025-04-24T22:00"],
    ["America/Sao_Paulo", "30 0 * * *", "2018-11-04T03:00"],
    ["Asia/Kolkata", "30 2 * * *", "2025-03-29T21:00"],
  ])("in %s of %s on the day of the change: %s", (timeZone, cron, expected) => {
    const day = at(`${expected}Z`);
    const [from, until] = [day - 3_600_000, day + 3 * 3_600_000].map((time) => new Date(time).toISOString());
    expect(times({ cron, timeZone }, from as string, until as string)).toEqual([expected]);
  });

  const zones = [
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Beirut",
    "Pacific/Auckland",
    "UTC",
  ];

  test("is due once on each day of every year, in whatever zone", () => {
    const years = fc.integer({ min: 2000, max: 2035 });
    const minutes = fc.nat(59);
    fc.assert(
      fc.property(fc.constantFrom(...zones), years, fc.nat(4), minutes, (timeZone, year, hour, minute) => {
        const slots = slotsBetween(
          define({ cron: `${minute} ${hour} * * *`, timeZone }),
          at(`${year}-01-02T00:00Z`),
          at(`${year}-12-30T00:00Z`),
          400,
        );
        const dates = slots.map((slot) => localDate(slot, timeZone));
        expect(new Set(dates).size).toBe(dates.length);
        const [first = 0, last = 0] = [slots[0], slots.at(-1)];
        expect(dates.length).toBe(Math.round((last - first) / 86_400_000) + 1);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test("of several hours is due at each of them, changes included", () => {
    expect(
      times({ cron: "30 2,14 * * *", timeZone: "Europe/Berlin" }, "2025-03-30T00:00Z", "2025-03-30T20:00Z"),
    ).toEqual(["2025-03-30T01:00", "2025-03-30T12:30"]);
  });
});

describe("a pattern", () => {
  test("with a step follows the clock through a repeated hour", () => {
    expect(
      times({ cron: "*/30 * * * *", timeZone: "Europe/Berlin" }, "2025-10-25T23:45Z", "2025-10-26T02:00Z"),
    ).toEqual(["2025-10-26T00:00", "2025-10-26T00:30", "2025-10-26T01:00", "2025-10-26T01:30", "2025-10-26T02:00"]);
  });

  test("of a leap day waits for leap years, centuries included", () => {
    expect(times({ cron: "0 0 29 2 *" }, "2023-01-01T00:00Z", "2033-01-01T00:00Z")).toEqual([
      "2024-02-29T00:00",
      "2028-02-29T00:00",
      "2032-02-29T00:00",
    ]);
    expect(times({ cron: "0 0 29 2 *" }, "2096-12-01T00:00Z", "2105-01-01T00:00Z")).toEqual(["2104-02-29T00:00"]);
  });

  test("is in UTC unless it says otherwise", () => {
    expect(times({ cron: "0 3 * * *" }, "2025-07-01T00:00Z", "2025-07-02T00:00Z")).toEqual(["2025-07-01T03:00"]);
  });

  test("whose years are over has no next time", () => {
    expect(nextSlot(define({ cron: "0 0 0 1 1 * 2020" }), at("2025-01-01T00:00Z"))).toBeUndefined();
  });

  test("is known backwards as it is forwards", () => {
    const crons = ["30 2 * * *", "*/20 * * * *", "0 0 1 * *", "15,45 1-3 * * *", "0 12 * * MON"];
    const from = fc.integer({ min: at("2024-01-01T00:00Z"), max: at("2026-01-01T00:00Z") });
    fc.assert(
      fc.property(fc.constantFrom(...crons), fc.constantFrom(...zonesOfChange), from, (cron, timeZone, after) => {
        const definition = define({ cron, timeZone });
        const until = after + 40 * 3_600_000;
        const forwards = slotsBetween(definition, after, until, 1_000);
        expect(slotsBetween(definition, after, until, 1_000, "last")).toEqual(forwards);
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});

const zonesOfChange = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"];

describe("an interval", () => {
  test("is due at its multiples since the epoch, wherever one begins to count", () => {
    expect(times({ every: "15m" }, "2025-01-01T00:07Z", "2025-01-01T00:46Z")).toEqual([
      "2025-01-01T00:15",
      "2025-01-01T00:30",
      "2025-01-01T00:45",
    ]);
  });

  test("counts the time until which, and not that after which", () => {
    expect(times({ every: "15m" }, "2025-01-01T00:15Z", "2025-01-01T00:30Z")).toEqual(["2025-01-01T00:30"]);
  });

  test("gives the first or the last of many", () => {
    const definition = define({ every: "1s" });
    expect(slotsBetween(definition, 0, 10_000, 2)).toEqual([1_000, 2_000]);
    expect(slotsBetween(definition, 0, 10_500, 2, "last")).toEqual([9_000, 10_000]);
    expect(slotsBetween(definition, 10_000, 10_500, 2)).toEqual([]);
  });
});

describe("slots that nobody fired", () => {
  const hour = 3_600_000;
  const now = 100 * hour + 30_000;

  test("are made up for once by default", () => {
    expect(dueSlots(define({ every: "1h" }), 90 * hour, now)).toEqual([100 * hour]);
  });

  test("are all made up for, oldest first", () => {
    expect(dueSlots(define({ every: "1h", missed: "all" }), 97 * hour, now)).toEqual([
      98 * hour,
      99 * hour,
      100 * hour,
    ]);
  });

  test("are made up for a thousand times at most, and these are the last", () => {
    const due = dueSlots(define({ every: "1s", missed: "all" }), 0, now);
    expect([due.length, due[0], due.at(-1)]).toEqual([1_000, now - 999_000, now]);
  });

  test("are skipped, but for one that is hardly late", () => {
    const skipping = define({ every: "1h", missed: "skip" });
    expect(dueSlots(skipping, 97 * hour, now)).toEqual([100 * hour]);
    expect(dueSlots(skipping, 97 * hour, now + 60_000)).toEqual([]);
  });

  test.each(["skip", "one", "all"] as const)(
    "do not exist right after the last one, whatever `missed`: %s",
    (missed) => {
      expect(dueSlots(define({ every: "1h", missed }), 100 * hour, now)).toEqual([]);
    },
  );
});
