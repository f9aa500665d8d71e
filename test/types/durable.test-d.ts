import {
  depends,
  task,
  type ArgsOf,
  type BackgroundTasks,
  type Codec,
  type DurableContext,
  type Job,
  type TaskContext,
} from "afterwork";
import { describe, expectTypeOf, test } from "vitest";

declare const background: BackgroundTasks;
declare const codec: Codec;
const durable = { durable: true } as const;

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
interface Tree {
  readonly value: string;
  readonly left?: Tree;
  readonly children: readonly Tree[];
}
interface Address {
  street: string;
  lines?: string[] | undefined;
}
type UserId = string & { readonly __brand: "UserId" };
declare const brand: unique symbol;
type Branded = { id: number } & { readonly [brand]: "x" };
type Growing<T> = { readonly value: T; readonly next: Growing<readonly T[]> | null };
const colours = { red: "red", blue: "blue" } as const;
type Colour = (typeof colours)[keyof typeof colours];
class Account {
  readonly id: number = 1;
  save(): void {}
}
interface Person {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

describe("arguments of a durable task", () => {
  test("may be plain JSON of every kind", () => {
    task("t", durable, (_context, _a: string, _b: number, _c: boolean, _d: null, _e: "x" | 5) => {});
    task("t", durable, (_context, _a: Address, _b: readonly Address[], _c: [string, number?]) => {});
    task("t", durable, (_context, _a: Record<string, number>, _b: Json, _c: Tree, _d: Growing<string>) => {});
    task("t", durable, (_context, _a: UserId, _b: Branded, _c: Colour, _d: `x${number}`, _e: Person) => {});
    task("t", durable, (_context, _a: { kind: "a"; x: 1 } | { kind: "b"; y?: string }) => {});
    task("t", durable, (_context, _a: string, _b?: number, _c: boolean = true, ..._rest: string[]) => {});
    task("t", durable, (_context, _a: string, _b: number | undefined) => {});
    task("t", durable, (_context, _a: any, _b: unknown, _c: { x: unknown }) => {});
    task("t", durable, () => {});
  });

  test("keep their types at the call", () => {
    const mail = task("mail", durable, (_context, _to: UserId, _times?: number) => 5);
    expectTypeOf<ArgsOf<typeof mail>>().toEqualTypeOf<[_to: UserId, _times?: number | undefined]>();
    expectTypeOf(background.addTask(mail, "x" as UserId)).toEqualTypeOf<Job<number>>();
    // @ts-expect-error it has no brand
    background.addTask(mail, "x");
  });

  test("are refused where they are no JSON", () => {
    // @ts-expect-error a date
    task("t", durable, (_context, _a: Date) => {});
    // @ts-expect-error deep inside
    task("t", durable, (_context, _a: string, _b: { user: { createdAt?: Date } }) => {});
    // @ts-expect-error in a list
    task("t", durable, (_context, _a: { rows: readonly { at: Date }[] }) => {});
    // @ts-expect-error in a record
    task("t", durable, (_context, _a: Record<string, Date>) => {});
    // @ts-expect-error in one case of several
    task("t", durable, (_context, _a: string | { at: Date }) => {});
    // @ts-expect-error a map
    task("t", durable, (_context, _a: Map<string, string>) => {});
    // @ts-expect-error a set
    task("t", durable, (_context, _a: ReadonlySet<string>) => {});
    // @ts-expect-error bytes
    task("t", durable, (_context, _a: Uint8Array) => {});
    // @ts-expect-error an error
    task("t", durable, (_context, _a: Error) => {});
    // @ts-expect-error a bigint
    task("t", durable, (_context, _a: { id: bigint }) => {});
    // @ts-expect-error a symbol
    task("t", durable, (_context, _a: symbol) => {});
    // @ts-expect-error a function
    task("t", durable, (_context, _a: () => void) => {});
    // @ts-expect-error an instance
    task("t", durable, (_context, _a: Account) => {});
    // @ts-expect-error a URL
    task("t", durable, (_context, _a: URL) => {});
    // @ts-expect-error a promise
    task("t", durable, (_context, _a: Promise<string>) => {});
    // @ts-expect-error undefined in a list
    task("t", durable, (_context, _a: (string | undefined)[]) => {});
    // @ts-expect-error undefined before another argument
    task("t", durable, (_context, _a: string | undefined, _b: number) => {});
    // @ts-expect-error in what may follow
    task("t", durable, (_context, ..._rest: Date[]) => {});
    // @ts-expect-error in what may be left out
    task("t", durable, (_context, _a?: Date) => {});
  });

  test("of a subtype of what was seen are looked at by themselves", () => {
    interface Base {
      readonly id: string;
      readonly derived?: Derived;
    }
    interface Derived extends Base {
      readonly at: Date;
    }
    // @ts-expect-error the derived one has a date
    task("t", durable, (_context, _a: Base) => {});
  });
});

describe("the result of a durable task", () => {
  test("may be plain JSON, nothing, or whatever nobody knows", () => {
    task("t", durable, () => ({ rows: [1, "x", null] }));
    task("t", durable, async () => Promise.resolve({ a: undefined as string | undefined }));
    task("t", durable, (): string | undefined => undefined);
    task("t", durable, async () => {});
    task("t", durable, (): never => {
      throw new Error("x");
    });
    task("t", durable, () => JSON.parse("1"));
    task("t", durable, (): Tree => ({ value: "x", children: [] }));
  });

  test("is refused where it is no JSON", () => {
    // @ts-expect-error a date
    task("t", durable, () => new Date());
    // @ts-expect-error a promise of one
    task("t", durable, async () => Promise.resolve({ rows: [{ at: new Date() }] }));
    // @ts-expect-error a bigint
    task("t", durable, () => 5n);
  });
});

test("a codec takes whatever it takes", () => {
  task("t", { durable: true, codec }, (_context, _a: Date, _b: Map<string, bigint>) => new Set([1]));
});

test("a task that is not durable takes and returns anything", () => {
  task("t", { retries: 1 }, (_context, _a: Date, _b: () => void) => new Map());
  task("t", (_context, _a: Date) => new Map());
});

describe("the context", () => {
  const session = depends(() => ({ rows: 1 }));

  test("of a durable task has its job, progress, steps and sleep", () => {
    task("t", { durable: true, deps: { session }, retries: 3 }, async ({ job, progress, step, sleep, ...context }) => {
      expectTypeOf(job.id).toBeString();
      expectTypeOf(job.createdAt).toEqualTypeOf<Date>();
      expectTypeOf(job.trace).toEqualTypeOf<string | undefined>();
      expectTypeOf(step("fetch", async () => Promise.resolve(5))).toEqualTypeOf<Promise<number>>();
      expectTypeOf(step("count", () => "x")).toEqualTypeOf<Promise<string>>();
      expectTypeOf(context.session).toEqualTypeOf<{ rows: number }>();
      expectTypeOf(context.attempt).toBeNumber();
      progress({ percent: 5 });
      await sleep("a week", "7d");
      if (context.attempt > 1) job.snooze("5m", "busy");
      // @ts-expect-error that is no duration
      await sleep("long", "long");
    });
    task("t", durable, (context) => {
      expectTypeOf(context).toExtend<TaskContext & DurableContext>();
    });
  });

  test("of another task has none of them", () => {
    task("t", { retries: 1 }, (context) => {
      expectTypeOf(context).not.toHaveProperty("job");
      expectTypeOf(context).not.toHaveProperty("step");
    });
  });

  test("can't lose a name to a dependency", () => {
    // @ts-expect-error job belongs to the context
    task("t", { durable: true, deps: { job: session } }, () => {});
  });
});

describe("the options", () => {
  test("of a definition have keys that fit the arguments", () => {
    const unique = { key: (to: string) => to, until: "10m", onConflict: "reject" } as const;
    task(
      "t",
      { durable: true, unique, concurrency: { limit: 1, key: "x" } },
      (_context, _to: string, _n: number) => {},
    );
    // @ts-expect-error the first argument is a number
    task("t", { durable: true, unique }, (_context, _to: number) => {});
    // @ts-expect-error parameters of a key function are to be annotated here
    task("t", { durable: true, unique: { key: (to) => to } }, (_context, _to: string) => {});
    // @ts-expect-error a key is a text
    task("t", { durable: true, unique: { key: () => 5 } }, () => {});
  });

  test("of a call know the arguments", () => {
    const mail = task("mail", durable, (_context, _to: string, _times: number) => {});
    mail.with({ unique: { key: (to, times) => to.repeat(times) }, delay: "5m", tx: {} });
    mail.with({ debounce: { wait: "5s", maxWait: "1m", key: (to) => to }, priority: 9, queue: "mails" });
    // @ts-expect-error a key is a text
    mail.with({ unique: { key: (_to, times) => times } });
    // @ts-expect-error a function can't be stored
    mail.with({ retryIf: () => true });
    // @ts-expect-error a schema belongs to the definition
    mail.with({ codec });
  });

  test("of durable tasks are for durable tasks", () => {
    // @ts-expect-error queue needs durable: true
    task("t", { queue: "x" }, () => {});
    // @ts-expect-error so does a codec
    task("t", { codec }, () => {});
    // @ts-expect-error and a delay
    task("t", () => {}).with({ delay: "5m" });
    task("t", () => {}).with({ retryIf: () => true });
  });

  test("are checked one by one", () => {
    // @ts-expect-error an exponential backoff has a delay
    task("t", { durable: true, backoff: { type: "exponential" } }, () => {});
    // @ts-expect-error there is no such conflict
    task("t", { durable: true, unique: { onConflict: "ignore" } }, () => {});
    // @ts-expect-error a rate has a time
    task("t", { durable: true, rateLimit: { limit: 5 } }, () => {});
    // @ts-expect-error unique is never false
    task("t", { durable: true, unique: false }, () => {});
  });
});
