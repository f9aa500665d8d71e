import { chain, chord, group, InvalidWorkError, task, type Composition } from "afterwork";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { collectTask, flatten, isComposition, type AnyComposition } from "../../src/tasks/composition.ts";
import { describeCall } from "../../src/tasks/durable-call.ts";

const durable = { durable: true } as const;
const fetchPage = task("fetchPage", durable, (_context, url: string) => url.length);
const parse = task("parse", durable, (_context, size: number) => [size]);
const save = task("save", durable, (_context, _rows: readonly number[], table: string = "pages") => table);
const resize = task("resize", durable, (_context, size: number, to: number) => size * to);
const sum = task("sum", durable, (_context, numbers: readonly number[], more: number = 0) => numbers.length + more);

/** The calls, short: name, arguments, what they wait for and how. */
function calls(composition: AnyComposition, ...args: readonly unknown[]): unknown[] {
  return flatten(composition, args).map(({ task, args, parents, input }) => [task.name, args, parents, input]);
}

describe("a chain", () => {
  test("hands the result of each call to the next", () => {
    const work = chain([fetchPage, "x"], parse, [save, "table"]);
    expect(calls(work)).toEqual([
      ["fetchPage", ["x"], [], "none"],
      ["parse", [], [0], "value"],
      ["save", ["table"], [1], "value"],
    ]);
    expect([work.kind, work.shape, work.name]).toEqual(["composition", "chain", "chain(fetchPage → parse → save)"]);
  });

  test("of one call is that call", () => {
    expect(calls(chain([fetchPage, "x"]))).toEqual([["fetchPage", ["x"], [], "none"]]);
  });

  test("hands on to all members of a group", () => {
    expect(calls(chain([fetchPage, "x"], group([resize, 2], [resize, 3]), sum))).toEqual([
      ["fetchPage", ["x"], [], "none"],
      ["resize", [2], [0], "value"],
      ["resize", [3], [0], "value"],
      ["afterwork:collect", [], [1, 2], "list"],
      ["sum", [], [3], "value"],
    ]);
  });

  test("waits before a group of none as before any other", () => {
    const sizes: readonly number[] = [];
    const members = sizes.map((to) => [resize, to] as const);
    expect(calls(chain([fetchPage, "x"], group(...members), sum))).toEqual([
      ["fetchPage", ["x"], [], "none"],
      ["afterwork:collect", [[]], [0], "none"],
      ["sum", [], [1], "value"],
    ]);
    expect(calls(chain([fetchPage, "x"], chord(members, chain(sum, parse))))).toEqual([
      ["fetchPage", ["x"], [], "none"],
      ["sum", [[]], [0], "none"],
      ["parse", [], [1], "value"],
    ]);
  });

  test("hands on to the first calls of chains and chords, however deep", () => {
    const work = chain([fetchPage, "x"], chord([chain(parse, sum), [resize, 2]], [sum, 5]), resize.with({}) as never);
    expect(calls(work).map((call) => (call as unknown[]).slice(0, 3))).toEqual([
      ["fetchPage", ["x"], []],
      ["parse", [], [0]],
      ["sum", [], [1]],
      ["resize", [2], [0]],
      ["sum", [5], [2, 3]],
      ["resize", [], [4]],
    ]);
  });
});

describe("a group", () => {
  test("collects the results of its members in their order", () => {
    const work = group([fetchPage, "x"], chain([fetchPage, "y"], parse), [sum, [1], 2]);
    expect(calls(work)).toEqual([
      ["fetchPage", ["x"], [], "none"],
      ["fetchPage", ["y"], [], "none"],
      ["parse", [], [1], "value"],
      ["sum", [[1], 2], [], "none"],
      ["afterwork:collect", [], [0, 2, 3], "list"],
    ]);
    expect(work.name).toBe("group(fetchPage, chain(fetchPage → parse), sum)");
  });

  test("of groups collects lists", () => {
    expect(calls(group(group([fetchPage, "x"]), group()))).toEqual([
      ["fetchPage", ["x"], [], "none"],
      ["afterwork:collect", [], [0], "list"],
      ["afterwork:collect", [[]], [], "none"],
      ["afterwork:collect", [], [1, 2], "list"],
    ]);
  });

  test("of none is an empty list", () => {
    expect(calls(group())).toEqual([["afterwork:collect", [[]], [], "none"]]);
    expect(calls(chord([], sum))).toEqual([["sum", [[]], [], "none"]]);
  });

  test("ends with a task that returns the list it is given", () => {
    const collect = collectTask.run as (context: object, list: unknown) => unknown;
    expect(collect({}, [1, undefined, "x"])).toEqual([1, null, "x"]);
  });

  test("has at most 10,000 members", () => {
    const members = (count: number) => Array.from({ length: count }, () => [fetchPage, "x"] as const);
    expect(flatten(group(...members(10_000)))).toHaveLength(10_001);
    expect(() => group(...members(10_001))).toThrow("group: expected at most 10000 calls, got 10001");
    expect(() => chord(members(10_001), sum)).toThrow("chord: expected at most 10000 calls, got 10001");
  });
});

test("a chord merges the results of its members", () => {
  const work = chord([[fetchPage, "x"], chain([fetchPage, "y"])], [sum, 7]);
  expect(calls(work)).toEqual([
    ["fetchPage", ["x"], [], "none"],
    ["fetchPage", ["y"], [], "none"],
    ["sum", [7], [0, 1], "list"],
  ]);
  expect(work.name).toBe("chord(fetchPage, chain(fetchPage) → sum)");
});

describe("a composition that needs an input", () => {
  test("takes it as its argument, for all of its first calls", () => {
    const work: Composition<[number[], number], [input: number]> = group(parse, [resize, 2]);
    expect(calls(work, 5)).toEqual([
      ["parse", [5], [], "none"],
      ["resize", [5, 2], [], "none"],
      ["afterwork:collect", [], [0, 1], "list"],
    ]);
    expect(calls(group([group(parse), 5]))).toMatchObject([["parse", [5], [], "none"], {}, {}]);
  });

  test("can't do without", () => {
    const message = "its first calls need an input: give them their arguments, as in [task, …], or put it into a chain";
    expect(() => flatten(group(parse))).toThrow(`group(parse): ${message}`);
    expect(() => flatten(chain(parse, sum))).toThrow(`chain(parse → sum): ${message}`);
    expect(() => flatten(group(group(parse)))).toThrow(InvalidWorkError);
  });
});

describe("the options of a member", () => {
  test("hold for it alone", () => {
    const [first, second] = flatten(chain([fetchPage.with({ queue: "slow" }), "x"], parse.with({ delay: "5m" })));
    expect(describeCall(first?.task as typeof parse, first?.args ?? []).queue).toBe("slow");
    expect(describeCall(second?.task as typeof parse, [])).toMatchObject({ queue: "default", delayMs: 300_000 });
  });

  test("can't make a key of a result that is not there yet", () => {
    const keyed = (options: object): typeof parse => parse.with(options);
    const late: readonly (readonly [string, object])[] = [
      ["unique", { unique: true }],
      ["throttle", { throttle: "5s" }],
      ["debounce", { debounce: { wait: "5s", key: () => "x" } }],
      ["concurrency", { concurrency: { limit: 1, key: () => "x" } }],
      ["rateLimit", { rateLimit: { limit: 1, per: "1s", key: () => "x" } }],
    ];
    for (const [name, options] of late) {
      expect(() => flatten(chain([fetchPage, "x"], keyed(options)))).toThrow(`so the key of its ${name} can't be made`);
    }
    const given = { unique: { key: "x" }, concurrency: { limit: 1 }, rateLimit: { limit: 1, per: "1s", key: "x" } };
    flatten(chain([fetchPage, "x"], keyed(given as object)));
  });

  test("check arguments that are complete, and not those that wait for a result", () => {
    const checked = task(
      "checked",
      { ...durable, args: z.tuple([z.number(), z.string()]) },
      (_context, _n: number, _s: string) => 1,
    );
    const [first, second] = flatten(chain([checked, 1, "x"], [checked, "y"]));
    expect(describeCall(second?.task as typeof checked, second?.args ?? []).args).toBe('["y"]');
    expect(() => describeCall(first?.task as typeof checked, [1, 2])).toThrow("checked: argument 2");
    expect(second?.task.definition).toBe(checked);
  });
});

describe("a composition refuses", () => {
  const local = task("local", (_context, size: number) => size);
  const loose = { chain, group, chord } as unknown as Record<
    "chain" | "group" | "chord",
    (...links: unknown[]) => unknown
  >;

  test.each<[what: string, make: () => unknown, message: string]>([
    ["no call", () => loose.chain(), "chain: expected at least one call, got none"],
    [
      "a task that is not durable",
      () => loose.chain([fetchPage, "x"], local),
      "chain: call 2: the task local is not durable; define it with durable: true",
    ],
    ["a function", () => loose.group(() => {}), "group: call 1: expected a durable task, got a function"],
    ["an empty call", () => loose.group([]), "group: call 1: expected a durable task, got undefined"],
    [
      "members that are no array",
      () => loose.chord(fetchPage, sum),
      "chord: expected an array of calls, got an object of class DefinedTask",
    ],
    ["no merge", () => loose.chord([]), "chord: call 1: expected a durable task, got undefined"],
    [
      "a transaction",
      () => chain([fetchPage.with({ tx: {} }), "x"]),
      "chain: call 1: fetchPage.with({ tx }) is for a call by itself",
    ],
    [
      "a member that may be rejected",
      () =>
        flatten(
          chain(
            [fetchPage.with({ unique: { onConflict: "reject" } }), "x"],
            task("after", durable, (_context, page: unknown) => String(page)),
          ),
        ),
      'fetchPage can\'t be part of a composition with unique: { onConflict: "reject" }',
    ],
    [
      "results that only a codec can store",
      () => group([task("coded", { ...durable, codec: JSON }, () => new Date())]),
      "group: the results of coded go through its codec",
    ],
  ])("%s", (_what, make, message) => {
    expect(make).toThrow(InvalidWorkError);
    expect(make).toThrow(message);
  });
});

test("the name of a composition stays short", () => {
  const names = group(...Array.from({ length: 8 }, () => [fetchPage, "x"] as const)).name;
  expect(names).toBe("group(fetchPage, fetchPage, fetchPage, fetchPage, fetchPage, 3 more)");
  const long = task("x".repeat(200), durable, () => 1);
  expect(chain([long]).name).toHaveLength(200);
});

test("only what chain, group and chord made is a composition", () => {
  const work = chain([fetchPage, "x"]);
  expect([work, { ...work }, fetchPage, null].map((value) => isComposition(value))).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
