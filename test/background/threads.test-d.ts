import { assertType, describe, expectTypeOf, test } from "vitest";
import { threads } from "../../src/background/threads/threads.ts";
import type { ThreadFunction } from "../../src/tasks/thread-function.ts";

const url = new URL("./fixtures/thread-tasks.ts", import.meta.url);
const tasks = threads<typeof import("./fixtures/thread-tasks.ts")>(url);

interface Odd {
  anything(value: unknown): any;
  nothing(): Promise<never>;
  stream(): AsyncGenerator<string>;
  optional(first: string, second?: number): void;
  then(): number;
}
const odd = threads<Odd>(url);

describe("a thread module", () => {
  test("has each function with its arguments and the result that is awaited", () => {
    expectTypeOf(tasks.add).toEqualTypeOf<ThreadFunction<[a: number, b: number], number>>();
    expectTypeOf(tasks.greet("Ada")).toEqualTypeOf<Promise<string>>();
    expectTypeOf(tasks.greet.with({ timeout: "5s" })("Ada")).toEqualTypeOf<Promise<string>>();
    expectTypeOf<Parameters<typeof odd.optional>>().toEqualTypeOf<[first: string, second?: number | undefined]>();
    expectTypeOf(odd.anything(1)).toEqualTypeOf<Promise<any>>();
    expectTypeOf(odd.nothing()).toEqualTypeOf<Promise<never>>();
  });

  test("refuses wrong arguments", () => {
    // @ts-expect-error a string is no number
    assertType(tasks.add(1, "2"));
    // @ts-expect-error one argument is missing
    assertType(tasks.add(1));
    // @ts-expect-error the name is a string
    assertType(tasks.greet.with({})(7));
    // @ts-expect-error "5 seconds" is no duration
    assertType(tasks.greet.with({ timeout: "5 seconds" }));
  });

  test("has nothing but functions, and no `then`", () => {
    expectTypeOf(tasks).not.toHaveProperty("answer");
    expectTypeOf(tasks).not.toHaveProperty("OrderError");
    expectTypeOf(tasks).not.toHaveProperty("compress");
    expectTypeOf(odd).not.toHaveProperty("then");
    expectTypeOf<Awaited<typeof tasks>>().toEqualTypeOf<typeof tasks>();
  });

  test("has a sentence in place of a generator function", () => {
    type Sentence = "a generator cannot be sent between threads: return an array instead";
    expectTypeOf(tasks.numbers).toEqualTypeOf<Sentence>();
    expectTypeOf(odd.stream).toEqualTypeOf<Sentence>();
  });
});
