import { DatabaseSync } from "node:sqlite";

import { App, depends, memory, StoreFaultError, task, type Engine, type Job, type Store } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { describe, expect, onTestFinished, test } from "vitest";

import { openEngine, storePath, withChanges } from "./support/engines.ts";
import { listen, recordLog } from "./support/listen.ts";

const mail = task("mail", { durable: true }, (_context, to: number) => to);
const storeTimeout = 300;

type Insert = Store["insert"];

const hangs: Insert = () => new Promise(() => {});
const refuses: Insert = () => Promise.reject(new Error("connection refused"));
const passing: Insert = () => Promise.reject(new StoreFaultError("locked", { passing: true }));

/** An engine on a store whose `insert` can be taken down. */
function fragile(): { engine: Engine; down: (insert: Insert | undefined) => void } {
  const store = memory();
  let insert: Insert | undefined;
  const changed = withChanges(store, { insert: (jobs) => (insert ?? store.insert.bind(store))(jobs) });
  const engine = openEngine({ store: changed, tasks: [mail], storeTimeout });
  return { engine, down: (how) => (insert = how) };
}

describe("29: store down", () => {
  test.each([
    ["does not answer", hangs],
    ["refuses", refuses],
    ["says that it may pass, and does not", passing],
  ])("that %s → rejected within its timeout; when it is back, all is well", async (_name, insert) => {
    const { engine, down } = fragile();
    await engine.enqueue(mail, 1);
    down(insert);
    const start = performance.now();
    await expect(engine.enqueue(mail, 2)).rejects.toBeInstanceOf(StoreFaultError);
    expect(performance.now() - start).toBeLessThan(storeTimeout + 1_000);
    down(undefined);
    await engine.work();
    expect(await (await engine.enqueue(mail, 3)).result()).toBe(3);
  });

  test("a fault that passes in time is not noticed", async () => {
    const { engine, down } = fragile();
    await engine.counts();
    down(passing);
    const storing = engine.enqueue(mail, 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    down(undefined);
    await storing;
    expect((await engine.jobs()).jobs).toHaveLength(1);
  });

  test("each of many calls is rejected within the timeout, not one batch after the other", async () => {
    const { engine, down } = fragile();
    await engine.counts();
    down(hangs);
    const start = performance.now();
    const outcomes = await Promise.allSettled(Array.from({ length: 10_000 }, (_, to) => engine.enqueue(mail, to)));
    expect(performance.now() - start).toBeLessThan(3 * storeTimeout + 1_000);
    expect(outcomes.every(({ status }) => status === "rejected")).toBe(true);
  });

  test("no unbounded buffer: past 100,000 that wait, a call is refused at once", async () => {
    const { engine, down } = fragile();
    await engine.counts();
    down(hangs);
    const start = performance.now();
    const waiting = Array.from({ length: 102_000 }, (_, to) => engine.enqueue(mail, to));
    for (const call of waiting) call.catch(() => {});
    await expect(waiting.at(-1)).rejects.toMatchObject({ code: "OVERLOADED" });
    expect(performance.now() - start).toBeLessThan(5_000);
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes.every(({ status }) => status === "rejected")).toBe(true);
  });

  test("a real file that somebody else has locked", async () => {
    const path = storePath();
    const engine = openEngine({ store: sqlite(path), tasks: [mail], storeTimeout });
    await engine.counts();
    const db = new DatabaseSync(path);
    onTestFinished(() => db.close());
    db.exec("begin exclusive");
    const start = performance.now();
    await expect(engine.enqueue(mail, 1)).rejects.toBeInstanceOf(StoreFaultError);
    expect(performance.now() - start).toBeLessThan(storeTimeout + 1_000);
    db.exec("rollback");
    await engine.work();
    expect(await (await engine.enqueue(mail, 2)).result()).toBe(2);
  });

  test("a store that can't be opened fails the call, and is tried again by the next one", async () => {
    const store = memory();
    let isDown = true;
    const open = (): Promise<void> => (isDown ? Promise.reject(new Error("no route to host")) : store.open());
    const engine = openEngine({ store: withChanges(store, { open }), tasks: [mail] });
    await expect(engine.enqueue(mail, 1)).rejects.toThrow(/no route to host/);
    isDown = false;
    await engine.enqueue(mail, 2);
    expect((await engine.jobs()).jobs.map(({ args }) => args)).toEqual([[2]]);
  });
});

describe("29: the request gets 503", () => {
  test.each([
    ["does not answer", hangs],
    ["refuses", refuses],
  ])(
    "with Retry-After, from a store that %s; what was committed stands, in-process tasks don't run",
    async (_name, insert) => {
      const { engine, down } = fragile();
      const steps: string[] = [];
      const jobs: Job[] = [];
      const session = depends(async function* () {
        yield "session";
        steps.push("committed");
      });
      const app = new App({ engine, work: false, log: recordLog().log }).post("/", { session }, ({ background }) => {
        background.addTask(() => void steps.push("in-process task"));
        background.onFailure.addTask(() => void steps.push("on failure"));
        jobs.push(background.addTask(mail, 1));
        return "accepted";
      });
      app.on("requestFailed", ({ status }) => steps.push(`reported ${status}`));
      const { url } = await listen(app);
      down(insert);
      const response = await fetch(url, { method: "POST" });
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
      expect(await response.json()).toEqual({ detail: "Service Unavailable" });
      await expect.poll(() => steps).toEqual(["committed", "reported 503", "on failure"]);
      expect(await jobs[0]?.status()).toBe("cancelled");
      await expect(jobs[0]?.stored()).rejects.toThrow();
      await expect(jobs[0]?.result()).rejects.toThrow();
      down(undefined);
      expect((await fetch(url, { method: "POST" })).status).toBe(200);
      expect((await engine.jobs()).jobs).toHaveLength(1);
    },
  );

  test("not when the handler fails by itself: then nothing is to be stored", async () => {
    const { engine, down } = fragile();
    const app = new App({ engine, work: false, log: recordLog().log }).post("/", ({ background }) => {
      background.addTask(mail, 1);
      throw new TypeError("broken");
    });
    const { url } = await listen(app);
    down(hangs);
    expect((await fetch(url, { method: "POST" })).status).toBe(500);
  });
});
