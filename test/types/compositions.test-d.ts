import { chain, chord, group, schedule, task, type BackgroundTasks, type Composition, type Job } from "afterwork";
import { describe, expectTypeOf, test } from "vitest";

declare const background: BackgroundTasks;
const durable = { durable: true } as const;
const fetchPage = task("fetch", durable, (_context, url: string) => url.length);
const parse = task("parse", durable, (_context, size: number) => ({ size }));
const save = task("save", durable, (_context, row: { size: number }, table: "a" | "b" = "a") => table);
const index = task("index", durable, (_context, size: number, tags: string[]) => tags.length > size);
const all = task("all", durable, () => ["x"]);
const sum = task("sum", durable, (_context, numbers: readonly number[], more: number = 0) => numbers.length + more);
const pair = task("pair", durable, (_context, both: [number, { size: number }]) => both[0]);
const local = task("local", (_context, size: number) => size);

describe("a chain", () => {
  test("has the result of its last call", () => {
    expectTypeOf(chain([fetchPage, "x"])).toEqualTypeOf<Composition<number>>();
    expectTypeOf(chain([fetchPage, "x"], parse)).toEqualTypeOf<Composition<{ size: number }>>();
    expectTypeOf(chain([fetchPage, "x"], parse, save)).toEqualTypeOf<Composition<"a" | "b">>();
    expectTypeOf(chain([fetchPage.with({ queue: "x" }), "x"], parse)).toEqualTypeOf<Composition<{ size: number }>>();
    expectTypeOf(chain([all])).toEqualTypeOf<Composition<string[]>>();
  });

  test("takes further arguments behind the result", () => {
    expectTypeOf(chain([fetchPage, "x"], parse, [save, "b"])).toEqualTypeOf<Composition<"a" | "b">>();
    expectTypeOf(chain([fetchPage, "x"], [index, ["a"]])).toEqualTypeOf<Composition<boolean>>();
  });

  test("takes compositions", () => {
    expectTypeOf(chain(group([fetchPage, "x"]), sum)).toEqualTypeOf<Composition<number>>();
    expectTypeOf(chain([fetchPage, "x"], group(parse, [index, ["a"]]))).toEqualTypeOf<
      Composition<[{ size: number }, boolean]>
    >();
    expectTypeOf(chain([fetchPage, "x"], chain(parse, save))).toEqualTypeOf<Composition<"a" | "b">>();
  });

  test("refuses wrong and missing arguments of its first call", () => {
    // @ts-expect-error a number is no string
    chain([fetchPage, 5]);
    // @ts-expect-error its second argument is missing
    chain([index, 1]);
    // @ts-expect-error one too many
    chain([fetchPage, "x", 1]);
    // @ts-expect-error without a call there is no chain
    chain();
  });

  test("refuses a call that does not take the result before it", () => {
    // @ts-expect-error a number is no row
    chain([fetchPage, "x"], save);
    // @ts-expect-error it takes no argument
    chain([fetchPage, "x"], all);
    // @ts-expect-error its second argument is missing
    chain([fetchPage, "x"], index);
    // @ts-expect-error its second argument is wrong
    chain([fetchPage, "x"], [index, [1]]);
    // @ts-expect-error one of three does not fit
    chain([fetchPage, "x"], parse, parse);
    // @ts-expect-error the group's members have all of their arguments already
    chain([fetchPage, "x"], group([parse, 1]));
    // @ts-expect-error a member does not take a number
    chain([fetchPage, "x"], group(parse, save));
  });
});

describe("a group", () => {
  test("has the results of its members, in their order", () => {
    expectTypeOf(group([fetchPage, "x"], [parse, 1])).toEqualTypeOf<Composition<[number, { size: number }]>>();
    expectTypeOf(group([save, { size: 1 }, "b"])).toEqualTypeOf<Composition<["a" | "b"]>>();
    expectTypeOf(group([index, 1, ["a", "b"]])).toEqualTypeOf<Composition<[boolean]>>();
    expectTypeOf(group(chain([fetchPage, "x"], parse), [all])).toEqualTypeOf<
      Composition<[{ size: number }, string[]]>
    >();
    expectTypeOf(group()).toEqualTypeOf<Composition<[]>>();
    expectTypeOf(group(...["x", "y"].map((url) => [fetchPage, url] as const))).toEqualTypeOf<Composition<number[]>>();
  });

  test("takes lists that stand inside of other arguments", () => {
    const tag = task("tag", durable, (_context, _row: { id: number; tags: string[]; by?: { roles: string[] } }) => 1);
    expectTypeOf(group([tag, { id: 1, tags: ["a"], by: { roles: ["x"] } }])).toEqualTypeOf<Composition<[number]>>();
  });

  test("without first arguments needs an input", () => {
    expectTypeOf(group(parse, [index, ["a"]])).toEqualTypeOf<
      Composition<[{ size: number }, boolean], [input: number]>
    >();
    expectTypeOf(chain(parse, save)).toEqualTypeOf<Composition<"a" | "b", [input: number]>>();
    expectTypeOf(chain([index, ["a"]])).toEqualTypeOf<Composition<boolean, [input: number]>>();
  });

  test("refuses wrong arguments, and members of which only some need an input", () => {
    // @ts-expect-error a number is no string
    group([fetchPage, 5]);
    // @ts-expect-error the first has its argument, the second does not
    group([fetchPage, "x"], parse);
    // @ts-expect-error a function is no task
    group(() => 1);
  });
});

describe("a chord", () => {
  test("has the result of its merge", () => {
    expectTypeOf(
      chord(
        [
          [fetchPage, "x"],
          [fetchPage, "y"],
        ],
        sum,
      ),
    ).toEqualTypeOf<Composition<number>>();
    expectTypeOf(chord([[fetchPage, "x"]], [sum, 5])).toEqualTypeOf<Composition<number>>();
    expectTypeOf(chord([[fetchPage, "x"], chain([fetchPage, "y"], parse)], pair)).toEqualTypeOf<Composition<number>>();
    const urls = ["x", "y"];
    expectTypeOf(
      chord(
        urls.map((url) => [fetchPage, url] as const),
        sum,
      ),
    ).toEqualTypeOf<Composition<number>>();
  });

  test("refuses a merge that does not take the list", () => {
    // @ts-expect-error these are lists of strings
    chord([[fetchPage, "x"], [all]], sum);
    // @ts-expect-error this is only one
    chord([[fetchPage, "x"]], pair);
    // @ts-expect-error a merge is wanted
    chord([[fetchPage, "x"]]);
  });
});

test("a task that is not durable is no member", () => {
  // @ts-expect-error of a chain
  chain([fetchPage, "x"], local);
  // @ts-expect-error nor as its first
  chain([local, 1]);
  // @ts-expect-error of a group
  group([local, 1]);
  // @ts-expect-error of a chord
  chord([[fetchPage, "x"]], local);
});

test("a composition is work whose job has its result", () => {
  expectTypeOf(background.addTask(chain([fetchPage, "x"], parse))).toEqualTypeOf<Job<{ size: number }>>();
  expectTypeOf(background.addTask(group(parse), 5)).toEqualTypeOf<Job<[{ size: number }]>>();
  // @ts-expect-error it needs an input
  background.addTask(group(parse));
  // @ts-expect-error which is a number
  background.addTask(group(parse), "x");
  // @ts-expect-error it needs none
  background.addTask(chain([fetchPage, "x"]), 1);
});

test("durable work can be scheduled, with its arguments", () => {
  schedule("daily", { cron: "0 3 * * *", timeZone: "Europe/Berlin" }, fetchPage, "x");
  schedule("hourly", { every: "1h" }, chain([fetchPage, "x"], parse));
  schedule("hourly", { every: "1h" }, group(parse), 5);
  // @ts-expect-error its argument is missing
  schedule("daily", { cron: "0 3 * * *" }, fetchPage);
  // @ts-expect-error it is not durable
  schedule("daily", { cron: "0 3 * * *" }, local, 1);
  // @ts-expect-error an hour is no duration
  schedule("daily", { every: "an hour" }, all);
  // @ts-expect-error missed is one of three words
  schedule("daily", { every: "1h", missed: "none" }, all);
});
