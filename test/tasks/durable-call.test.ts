import { InvalidArgumentsError, task, type TaskOptions } from "afterwork";
import { describe, expect, test } from "vitest";
import type { NewJob } from "../../src/stores/contract/new-job.ts";
import { describeCall, withStoredOptions, type DurableCall } from "../../src/tasks/durable-call.ts";

const define = (options: TaskOptions = {}) => {
  const all = { durable: true, ...options } as { durable: true };
  return task("mail", all, (_context, _to: string, _times?: number) => {});
};
const crash = { onCrash: "retry", maxAttempts: 1, delayMs: 1_000, growing: true, maxDelayMs: 3_600_000 };

test("a plain call is a few facts", () => {
  expect(describeCall(define(), ["bob"])).toStrictEqual({
    task: "mail",
    queue: "default",
    priority: 0,
    args: '["bob"]',
    crash,
  });
});

test("with an id and how long it is kept, a call is a job that a store takes", () => {
  const call: DurableCall = describeCall(define(), ["bob"]);
  const job: NewJob = { ...call, id: "x", keep: { succeededMs: 1, failedMs: 1, ...call.keep } };
  expect(job.task).toBe("mail");
});

test("a call has its times in milliseconds, as far as they are given", () => {
  const mail = define({ delay: "5m", expiresIn: "1h", queue: "mails", priority: 9 });
  expect(describeCall(mail, ["bob"])).toMatchObject({
    queue: "mails",
    priority: 9,
    delayMs: 300_000,
    expiresInMs: 3_600_000,
  });
  const call = mail.with({ runAt: new Date(7), expiresAt: 9 });
  expect(describeCall(call, ["bob"])).toMatchObject({ runAt: 7, expiresAt: 9 });
  expect(describeCall(call, ["bob"])).not.toHaveProperty("delayMs");
});

test("what follows a crash is told by retries and backoff", () => {
  const fixed = define({ retries: 4, backoff: "2h", onCrash: "fail" });
  expect(describeCall(fixed, ["x"]).crash).toEqual({
    onCrash: "fail",
    maxAttempts: 5,
    delayMs: 7_200_000,
    growing: false,
    maxDelayMs: 7_200_000,
  });
  const growing = define({ backoff: { type: "exponential", delay: "10s", maxDelay: "1m" } });
  expect(describeCall(growing, ["x"]).crash).toMatchObject({ delayMs: 10_000, growing: true, maxDelayMs: 60_000 });
});

test("how long it is kept is told as far as it is said", () => {
  expect(describeCall(define({ retention: { failed: "1w" } }), ["x"]).keep).toEqual({ failedMs: 604_800_000 });
  expect(describeCall(define(), ["x"])).not.toHaveProperty("keep");
});

describe("a key", () => {
  test("of a unique job is by default made of the arguments, scoped by task", () => {
    expect(describeCall(define({ unique: true }), ["bob", 2]).unique).toEqual({
      key: 'mail|["bob",2]',
      onConflict: "existing",
    });
  });

  test("may be a text, or a function of the arguments", () => {
    const unique = { key: (to: string) => `to ${to}`, until: "10m", onConflict: "reject" } as const;
    expect(describeCall(define({ unique }), ["bob"]).unique).toEqual({
      key: "mail|to bob",
      forMs: 600_000,
      onConflict: "reject",
    });
    expect(describeCall(define({ unique: { key: "one" } }), ["bob"]).unique?.key).toBe("mail|one");
  });

  test("that is long or odd is hashed, so that every database takes it", () => {
    const keyOf = (to: string): string => describeCall(define({ unique: true }), [to]).unique?.key ?? "";
    const named = (key: string): string => describeCall(define({ unique: { key } }), ["x"]).unique?.key ?? "";
    expect(keyOf("x".repeat(500))).toMatch(/^mail\|sha256:[\w-]{43}$/);
    expect(keyOf("x".repeat(500))).not.toBe(keyOf("x".repeat(501)));
    expect(named("a\u0000b")).toMatch(/^mail\|sha256:/);
    expect(named("\uD800")).not.toBe(named("\uD801"));
  });

  test("of a concurrency or rate limit is by default one for the task", () => {
    const limited = define({ concurrency: { limit: 2 }, rateLimit: { limit: 10, per: "1s" } });
    expect(describeCall(limited, ["x"])).toMatchObject({
      concurrency: { key: "mail|", limit: 2 },
      rate: { key: "mail|", limit: 10, perMs: 1_000 },
    });
  });

  test("of a limit for all tasks has no task's name before it", () => {
    const limit = { limit: 2, key: "mail server", scope: "all" } as const;
    const limited = define({ concurrency: limit, rateLimit: { ...limit, per: "1s" } });
    expect(describeCall(limited, ["x"])).toMatchObject({
      concurrency: { key: "|mail server", limit: 2 },
      rate: { key: "|mail server", limit: 2, perMs: 1_000 },
    });
  });

  test.each([5, undefined, null, Promise.resolve("x")])("that is no string is refused at the call: %o", (key) => {
    const mail = define({ concurrency: { limit: 1, key: () => key as unknown as string } });
    expect(() => describeCall(mail, ["x"])).toThrow(InvalidArgumentsError);
    expect(() => describeCall(mail, ["x"])).toThrow("the key function of concurrency has to return a string, got");
  });

  test("function that throws is named as the cause", () => {
    const mail = define({ rateLimit: { limit: 1, per: 1, key: (to: { id: string }) => to.id.trim() } });
    expect(() => describeCall(mail, [{}])).toThrow(/^mail: the arguments: the key function of rateLimit threw: /);
  });
});

test("throttle is a unique key for a time", () => {
  expect(describeCall(define({ throttle: "10s" }), ["x"]).unique).toEqual({
    key: 'mail|["x"]',
    forMs: 10_000,
    onConflict: "existing",
  });
  const keyed = define({ throttle: { every: "1m", key: (to: string) => to } });
  expect(describeCall(keyed, ["x"]).unique).toEqual({ key: "mail|x", forMs: 60_000, onConflict: "existing" });
});

test("debounce is a delay that every further call begins anew", () => {
  expect(describeCall(define({ debounce: "5s" }), ["x"])).toMatchObject({
    delayMs: 5_000,
    unique: { key: "mail|", onConflict: "replace" },
  });
  const keyed = define({ debounce: { wait: "5s", maxWait: "1m", key: (to: string) => to } });
  expect(describeCall(keyed, ["x"]).unique).toEqual({ key: "mail|x", onConflict: "replace", maxWaitMs: 60_000 });
});

describe("what a worker has to know of a call", () => {
  const mail = define({ retries: 2, timeout: "30s" });

  test("is nothing where the definition says it all", () => {
    expect(describeCall(mail.with({ priority: 9, delay: "5m" }), ["x"])).not.toHaveProperty("options");
    expect(describeCall(mail.with({ retries: 2 }), ["x"])).not.toHaveProperty("options");
  });

  test("is what differs, and stands over the definition again", () => {
    const call = mail.with({ retries: 5, backoff: { type: "fixed", delay: "1s" }, timeout: "1m" });
    const stored = describeCall(call, ["x"]).options;
    expect(JSON.parse(stored ?? "")).toEqual({ retries: 5, backoff: { type: "fixed", delay: "1s" }, timeout: "1m" });
    expect(withStoredOptions(mail, stored)).toEqual(call.options);
    expect(withStoredOptions(mail, undefined)).toBe(mail.options);
  });

  test.each(["", "null", "[]", '{"input":"value"}', '{"retries":-1,"timeout":"long","backoff":{"type":"odd"}}'])(
    "is what it understands of what another version stored: %s",
    (stored) => {
      expect(withStoredOptions(mail, stored)).toBe(mail.options);
    },
  );

  test("keeps what it understands beside what it does not", () => {
    expect(withStoredOptions(mail, '{"retries":7,"timeout":"long","input":"list"}')).toEqual({
      ...mail.options,
      retries: 7,
    });
  });
});

test("a task that is not durable can't be described", () => {
  expect(() =>
    describeCall(
      task("local", () => {}),
      [],
    ),
  ).toThrow("the task local can't be stored: define it with durable: true");
});
