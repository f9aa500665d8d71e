import { App, Engine, jobRoutes, memory, task } from "afterwork";
import { TestClient } from "afterwork/testing";
import { expect, test } from "vitest";

import { MemoryLog } from "../base/memory-log.ts";

const greet = task("greet", { durable: true }, (_context, name: string) => `hello ${name}`);

function greeter(): { readonly app: App; readonly engine: Engine } {
  const log = new MemoryLog();
  const engine = new Engine({ store: memory(), tasks: [greet], log });
  const app = new App({ engine, log });
  app.post("/", ({ background }) => ({ job: background.addTask(greet, "you").id }));
  app.include("/jobs", jobRoutes(engine));
  return { app, engine };
}

test("two clients of one app see each other's jobs, and each runs its own", async () => {
  const { app } = greeter();
  await using alice = new TestClient(app);
  const bob = new TestClient(app);
  const { job } = (await alice.post("/")).json<{ job: string }>();
  expect(alice.tasks.map(({ status }) => status)).toEqual(["succeeded"]);
  expect((await bob.get(`/jobs/${job}/result`)).json()).toEqual({ status: "succeeded", result: "hello you" });
  await bob.close();
  await alice.post("/");
  expect(alice.tasks.map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
});

test("a client knows the jobs that were made since it was", async () => {
  const { app } = greeter();
  await using first = new TestClient(app);
  await first.post("/");
  await using second = new TestClient(app);
  expect(await second.jobs()).toEqual([]);
  await expect(second.assertEnqueued(greet)).rejects.toThrow("nothing was");
  await second.post("/");
  expect(await second.jobs()).toHaveLength(1);
  expect(await first.jobs()).toHaveLength(2);
});

test("a client may be closed after its app", async () => {
  const { app } = greeter();
  const client = new TestClient(app);
  await client.post("/");
  await app.close();
  await client.close();
});

test("assertEnqueued compares what is stored, and can show any argument", async () => {
  const codec = {
    stringify: (value: unknown) =>
      JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? `${part}n` : part)),
    parse: (text: string): unknown =>
      JSON.parse(text, (_key, part: unknown) =>
        typeof part === "string" && /^\d+n$/.test(part) ? BigInt(part.slice(0, -1)) : part,
      ),
  };
  const count = task("count", { durable: true, codec }, (_context, to: bigint) => to);
  const order = task(
    "order",
    { durable: true },
    (_context, item: { id: number; note?: string | undefined }) => item.id,
  );
  const log = new MemoryLog();
  const app = new App({ engine: new Engine({ store: memory(), tasks: [count, order], log }), log });
  app.post("/", ({ background }) => {
    background.addTask(count, 1n);
    background.addTask(order, { id: 1, note: undefined });
  });
  await using client = new TestClient(app);
  await client.post("/");
  expect((await client.assertEnqueued(count, 1n)).result).toBe(1n);
  expect((await client.assertEnqueued(order, { id: 1, note: undefined })).status).toBe("succeeded");
  await expect(client.assertEnqueued(count, 2n)).rejects.toThrow("expected count(2n) to be enqueued, but these were:");
});
