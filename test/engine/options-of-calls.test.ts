import { Engine, memory, task, type EventsOptions, type JobEvent } from "afterwork";
import { expect, test } from "vitest";

import { openEngine } from "../behaviour/support/engines.ts";

const work = task("work", { durable: true }, () => 1);

test("what a handle does not understand is refused, not passed over", async () => {
  const engine = openEngine({ tasks: [work] });
  await engine.work();
  const job = await engine.enqueue(work);
  const wrong = (options: object): never => options as never;
  const firstEvent = async (options: EventsOptions): Promise<JobEvent | undefined> => {
    for await (const event of job.events(options)) return event;
    return undefined;
  };
  await expect(job.result(wrong({ timeuot: "1s" }))).rejects.toThrow('did you mean "timeout"?');
  await expect(job.result(wrong({ timeout: "soon" }))).rejects.toThrow("job.result: timeout: expected a duration");
  await expect(job.result(wrong({ signal: 1 }))).rejects.toThrow("expected an AbortSignal, got 1");
  await expect(firstEvent(wrong({ afer: 1 }))).rejects.toThrow('did you mean "after"?');
  await expect(firstEvent(wrong({ after: -1 }))).rejects.toThrow("of at least 0, got -1");
  expect(await job.result({ timeout: "1s", signal: new AbortController().signal })).toBe(1);
});

test("closing an engine in an unknown way rejects and closes nothing", async () => {
  const engine = new Engine({ store: memory(), tasks: [work] });
  await expect(engine.close({ grce: "1s" } as never)).rejects.toThrow('did you mean "grace"?');
  await expect(engine.close({ grace: "soon" } as never)).rejects.toThrow("engine.close: grace: expected a duration");
  await engine.enqueue(work);
  await engine.close();
  await engine.close();
});
