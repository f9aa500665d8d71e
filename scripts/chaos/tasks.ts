import { NonRetryableError, task } from "afterwork";

import { trueNow } from "./clock.ts";
import { busy, ledger, recorded, type Returned } from "./recorded.ts";

/** Crashes count as attempts, and there are many of them; only what is meant to fail may. */
const options = { durable: true, retries: 10_000, backoff: 5 } as const;

export const keyLimit = 2;
export const rate = { limit: 10, perMs: 500 } as const;

/** Adds one, to a number or to what another one has returned. */
export const addOne = task("add-one", options, (context, input: number | Returned) =>
  recorded(context, undefined, async () => {
    await Promise.resolve();
    return (typeof input === "number" ? input : input.value) + 1;
  }),
);

export const total = task("total", options, (context, parts: readonly Returned[]) =>
  recorded(context, undefined, async () => parts.reduce((sum, { value }) => sum + value, 0)),
);

export const slow = task("slow", options, (context, ms: number) =>
  recorded(context, undefined, async () => {
    await busy(ms, context.signal);
    return ms;
  }),
);

/** At most two of one key at a time. */
export const keyed = task(
  "keyed",
  { ...options, concurrency: { limit: keyLimit, key: (key: string, _ms: number) => key } },
  (context, key: string, ms: number) =>
    recorded(context, key, async () => {
      await busy(ms, context.signal);
      return ms;
    }),
);

/** At most one of one key that has not ended. */
export const unique = task(
  "unique",
  { ...options, unique: { key: (key: string, _ms: number) => key } },
  (context, key: string, ms: number) =>
    recorded(context, key, async () => {
      await busy(ms, context.signal);
      return ms;
    }),
);

/** Fails the first times. */
export const moody = task("moody", options, (context, failures: number) =>
  recorded(context, undefined, async () => {
    if (context.attempt <= failures) throw new Error(`attempt ${context.attempt} of ${failures} that fail`);
    return failures;
  }),
);

export const doomed = task("doomed", options, (context) =>
  recorded(context, undefined, async () => {
    throw new NonRetryableError("it is meant to fail");
  }),
);

/** The first crash fails it. */
export const fragile = task("fragile", { ...options, onCrash: "fail" }, (context, ms: number) =>
  recorded(context, undefined, async () => {
    await busy(ms, context.signal);
    return ms;
  }),
);

/** Three steps with a sleep between them; returns how many of their values came from this very run. */
export const stepped = task("stepped", options, (context) =>
  recorded(context, undefined, async (run) => {
    const values: string[] = [];
    for (const step of ["A", "B", "C"]) {
      const value = await context.step(step, async () => {
        ledger.note({ what: "step run", run, step, value: run });
        await busy(5, context.signal);
        return run;
      });
      ledger.note({ what: "step saved", run, step, value });
      values.push(value);
      if (step === "A") await context.sleep("nap", 20);
    }
    return values.filter((value) => value === run).length;
  }),
);

/** Adds two others, which are stored together with its success. */
export const parent = task("parent", options, (context) =>
  recorded(context, undefined, async (run) => {
    for (const input of [1, 2]) {
      const child = context.background.addTask(addOne, input);
      ledger.note({ what: "spawned", run, child: child.id });
    }
    await busy(5, context.signal);
    return 2;
  }),
);

/** Puts itself off as long as it is young. */
export const snoozing = task("snoozing", options, (context) =>
  recorded(context, undefined, async () => {
    if (trueNow() - context.job.createdAt.getTime() < 100) context.job.snooze(50);
    return 1;
  }),
);
