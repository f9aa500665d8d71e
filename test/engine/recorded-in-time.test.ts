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

test("why a job snoozes is kept in its log", async () => {
  let asked = false;
  const shy = task("shy", { durable: true }, ({ job }) => {
    if (asked) return;
    asked = true;
    job.snooze(5, "too early");
  });
  await using engine = new Engine({ store: memory(), tasks: [shy], log: new MemoryLog() });
  await engine.work();
  const job = await engine.enqueue(shy);
  await job.result();
  const logged: unknown[] = [];
  for await (const { type, data } of job.events()) if (type === "log") logged.push(data);
  expect(logged).toEqual([{ level: "info", message: "snoozes for 5 ms: too early" }]);
});
