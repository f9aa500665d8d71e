import { Engine, memory, task, type Store } from "afterwork";
import { expect, test } from "vitest";
import { MemoryLog } from "../base/memory-log.ts";

/** A store that takes its time to record. */
function slowToRecord(inner: Store, ms: number): Store {
  const record: Store["record"] = async (worker, entries) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return inner.record(worker, entries);
  };
  return new Proxy(inner, {
    get(target, name: keyof Store) {
      const member: unknown = name === "record" ? record : target[name];
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
}

test("what a job reports while earlier reports are being written is kept, though it ends meanwhile", async () => {
  const talk = task("talk", { durable: true }, async ({ log, progress }) => {
    log.info("one");
    await new Promise((resolve) => setTimeout(resolve, 80));
    progress("two");
    await new Promise((resolve) => setTimeout(resolve, 80));
  });
  await using engine = new Engine({ store: slowToRecord(memory(), 150), tasks: [talk], log: new MemoryLog() });
  await engine.work();
  const job = await engine.enqueue(talk);
  await job.result();
  expect(await job.progress()).toBe("two");
  const types: string[] = [];
  for await (const { type } of job.events()) types.push(type);
  expect(types).toEqual(["log", "progress", "status"]);
});
