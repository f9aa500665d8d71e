import type { HostOptions } from "afterwork";
import { TestClient, type AdapterTestOptions, type TestTarget, type WatchableWork } from "afterwork/testing";
import { describe, expect, onTestFinished, test } from "vitest";

import { mailer, OrderError, remind, shopOptions, steps } from "./shop.ts";

/** A framework that serves the pages of the shop at their paths, for POST. */
export interface ServedShop {
  readonly work: WatchableWork;
  readonly target: TestTarget;
  /** What its users do before it can be called, and after. */
  start?(): PromiseLike<unknown>;
  close?(): PromiseLike<unknown>;
}

/** What users of any adapter can expect of a test client. */
export function testClientCases(
  framework: string,
  serveShop: (options: HostOptions) => ServedShop | Promise<ServedShop>,
): void {
  async function open(options: Omit<AdapterTestOptions, "target"> = {}): Promise<TestClient> {
    const shop = await serveShop(shopOptions());
    const client = new TestClient(shop.work, { ...options, target: shop.target });
    await shop.start?.();
    onTestFinished(async () => {
      await client.close();
      await shop.close?.();
      await shop.work.close();
    });
    return client;
  }

  describe(`a test client of ${framework}`, () => {
    test("returns when the tasks have run, and shows them, nested ones included", async () => {
      const client = await open();
      const response = await client.post("/orders");
      expect([response.status, response.json()]).toEqual([200, { ordered: true }]);
      expect(steps).toEqual(["mail to alice", "index 7", "nested"]);
      expect(client.tasks.map(({ name, args, status }) => [name, args, status])).toEqual([
        ["notify", ["alice"], "succeeded"],
        ["index", [7], "succeeded"],
        ["nested", [], "succeeded"],
      ]);
    });

    test("throws a task's error from the call whose request added it", async () => {
      const client = await open();
      const [broken, whole] = await Promise.allSettled([client.post("/broken-task"), client.post("/orders")]);
      expect(broken).toMatchObject({ status: "rejected", reason: expect.any(OrderError) });
      expect(whole.status).toBe("fulfilled");
      expect(client.tasks.find(({ name }) => name === "charge")?.error).toBeInstanceOf(OrderError);
    });

    test("returns the response all the same when told to", async () => {
      const client = await open({ raiseTaskErrors: false, raiseServerErrors: false });
      expect((await client.post("/broken-task")).json()).toEqual({ accepted: true });
      expect(client.tasks[0]).toMatchObject({ status: "failed", error: { message: "card refused" } });
      expect((await client.post("/broken")).status).toBe(500);
    });

    test("throws a handler's error that nobody has foreseen, and shows that its tasks were dropped", async () => {
      const client = await open();
      await expect(client.post("/broken")).rejects.toThrow(OrderError);
      expect(client.tasks.map(({ name, status }) => [name, status])).toEqual([["never", "cancelled"]]);
      expect(steps).toEqual([]);
    });

    test("throws the error of a handler that has added nothing", async () => {
      const client = await open();
      await expect(client.post("/closed")).rejects.toThrow("closed today");
    });

    test("only shows tasks in the mode record, and not even that in the mode skip", async () => {
      const recording = await open({ mode: "record" });
      await recording.post("/orders");
      expect(recording.tasks.map(({ name, status }) => [name, status])).toEqual([
        ["notify", "recorded"],
        ["index", "recorded"],
      ]);
      const skipping = await open({ mode: "skip" });
      await skipping.post("/orders");
      expect([skipping.tasks, steps]).toEqual([[], []]);
    });

    test("runs durable tasks at their time, on a clock that stands still", async () => {
      const client = await open();
      await client.post("/reminders");
      expect(steps).toEqual(["remind ada"]);
      expect(client.tasks.map(({ status }) => status)).toEqual(["succeeded", "scheduled"]);
      expect((await client.assertEnqueued(remind, "ada")).status).toBe("succeeded");
      await client.advance("1d");
      expect(steps).toEqual(["remind ada", "remind ada"]);
      expect(client.tasks.map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
    });

    test("leaves durable tasks to drain in the mode record, and throws their errors", async () => {
      const client = await open({ mode: "record" });
      await client.post("/reminders");
      expect((await client.jobs()).map(({ status }) => status)).toEqual(["queued", "scheduled"]);
      await expect(client.assertEnqueued(remind, "bob")).rejects.toThrow('expected remind("bob") to be enqueued');
      expect(await client.drain({ scheduled: true })).toBe(2);
      await client.post("/collections");
      await expect(client.drain()).rejects.toThrow(OrderError);
    });

    test("puts something in the place of a dependency", async () => {
      const client = await open();
      client.override(mailer, () => ({ send: (to: string) => void steps.push(`pretended mail to ${to}`) }));
      await client.post("/orders");
      expect(steps[0]).toBe("pretended mail to alice");
    });

    test("returns what the framework answers by itself", async () => {
      const client = await open();
      expect((await client.get("/nowhere")).status).toBe(404);
      expect(client.tasks).toEqual([]);
    });
  });
}
