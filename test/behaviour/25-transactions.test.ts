import { DatabaseSync } from "node:sqlite";

import { App, depends, HTTPException, InvalidOptionError, task, TimeoutError, type Engine } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { describe, expect, onTestFinished, test } from "vitest";

import { nextEvent, openEngine, storePath } from "./support/engines.ts";
import { listen, recordLog } from "./support/listen.ts";

const bill = task("bill", { durable: true }, (_context, order: number) => `billed ${order}`);
const once = task("once", { durable: true, unique: true }, (_context, order: number) => order);

/** A file with a table of the user's own, an engine on it, and a connection of the user's own. */
async function shop(): Promise<{ engine: Engine; path: string; db: DatabaseSync; orders: () => number }> {
  const path = storePath();
  const db = new DatabaseSync(path);
  onTestFinished(() => db.close());
  db.exec("pragma journal_mode = wal; create table orders (id integer primary key)");
  const engine = openEngine({ store: sqlite(path), tasks: [bill, once] });
  await engine.counts();
  const orders = (): number => Number(db.prepare("select count(*) as n from orders").get()?.["n"]);
  return { engine, path, db, orders };
}

describe("25: enqueue in a user's transaction", () => {
  test("rolled back → no job, and nothing is left of its unique key", async () => {
    const { engine, db } = await shop();
    db.exec("begin immediate");
    const job = await engine.enqueue(bill.with({ tx: db }), 1);
    const keyed = await engine.enqueue(once.with({ tx: db }), 1);
    db.exec("rollback");
    expect((await engine.jobs()).jobs).toEqual([]);
    await expect(job.status()).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    await expect(job.result({ timeout: 50 })).rejects.toBeInstanceOf(TimeoutError);
    const again = await engine.enqueue(once, 1);
    expect(again.deduplicated).toBe(false);
    expect(again.id).not.toBe(keyed.id);
  });

  test("committed → exactly one, which was not visible before and runs at once", async () => {
    const { engine, path, db, orders } = await shop();
    const elsewhere = openEngine({ store: sqlite(path), tasks: [bill, once] });
    db.exec("begin immediate; insert into orders values (7)");
    const job = await engine.enqueue(bill.with({ tx: db }), 7);
    const result = job.result();
    for (const one of [engine, elsewhere]) {
      expect((await one.jobs()).jobs).toEqual([]);
      expect((await one.counts()).statuses.queued).toBe(0);
      await expect(one.job(job.id).status()).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    }
    db.exec("commit");
    expect((await elsewhere.jobs()).jobs.map(({ id, status }) => [id, status])).toEqual([[job.id, "queued"]]);
    await elsewhere.work();
    expect(await result).toBe("billed 7");
    expect(orders()).toBe(1);
    expect((await engine.jobs()).jobs).toHaveLength(1);
  });

  test("a worker that looks all the while sees it when it is committed, not before", async () => {
    const { engine, db } = await shop();
    await engine.work();
    const events: string[] = [];
    engine.on("jobStarted", () => events.push("started"));
    db.exec("begin");
    const job = await engine.enqueue(bill.with({ tx: db }), 1);
    await new Promise((resolve) => setTimeout(resolve, 150));
    events.push("commit");
    db.exec("commit");
    expect(await job.result()).toBe("billed 1");
    expect(events).toEqual(["commit", "started"]);
  });

  test("several in one transaction come together, and a savepoint of the user's own takes back its part", async () => {
    const { engine, db } = await shop();
    db.exec("begin immediate");
    const kept = await engine.enqueue(bill.with({ tx: db }), 1);
    db.exec("savepoint mine");
    await engine.enqueue(bill.with({ tx: db }), 2);
    db.exec("rollback to mine; release mine");
    const also = await engine.enqueue(bill.with({ tx: db }), 3);
    db.exec("commit");
    expect((await engine.jobs()).jobs.map(({ args }) => args).toReversed()).toEqual([[1], [3]]);
    await engine.work();
    expect(await Promise.all([kept.result(), also.result()])).toEqual(["billed 1", "billed 3"]);
  });

  test("a unique key that is taken makes it a handle of the job that has it", async () => {
    const { engine, db } = await shop();
    const first = await engine.enqueue(once, 5);
    db.exec("begin immediate");
    const second = await engine.enqueue(once.with({ tx: db }), 5);
    db.exec("commit");
    expect([second.id, second.deduplicated]).toEqual([first.id, true]);
  });

  test.each([
    ["no transaction is open", (db: DatabaseSync) => db],
    ["it is a connection to another file", () => begun(storePath())],
    ["it is a database in memory", () => begun(":memory:")],
    ["it is something else", () => ({ query: () => {} })],
  ])("refused, storing nothing, when %s", async (_name, tx) => {
    const { engine, db } = await shop();
    await expect(engine.enqueue(bill.with({ tx: tx(db) }), 1)).rejects.toBeInstanceOf(InvalidOptionError);
    expect((await engine.jobs()).jobs).toEqual([]);
  });

  test("a memory store refuses it: it has no transactions", async () => {
    const { db } = await shop();
    const engine = openEngine({ tasks: [bill] });
    db.exec("begin");
    await expect(engine.enqueue(bill.with({ tx: db }), 1)).rejects.toThrow(/memory store has no transactions/);
    db.exec("rollback");
  });
});

function begun(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  onTestFinished(() => db.close());
  db.exec("begin");
  return db;
}

/** An app with a session that commits after `yield`, and routes that add a task in its transaction. */
async function serveShop(): Promise<{ url: string; engine: Engine; orders: () => number; steps: string[] }> {
  const { engine, path, orders } = await shop();
  const steps: string[] = [];
  const session = depends(async function* () {
    const db = new DatabaseSync(path);
    db.exec("begin immediate");
    try {
      yield db;
      db.exec("commit");
      steps.push("committed");
    } catch (error) {
      if (db.isTransaction) db.exec("rollback");
      steps.push(`rolled back: ${(error as Error).name}`);
      throw error;
    } finally {
      db.close();
    }
  });
  const app = new App({ engine, log: recordLog().log })
    .post("/orders", { session }, ({ session, background }) => {
      session.exec("insert into orders values (1)");
      return background.addTask(bill.with({ tx: session }), 1);
    })
    .post("/refused", { session }, ({ session, background }) => {
      session.exec("insert into orders values (2)");
      background.addTask(bill.with({ tx: session }), 2);
      throw new RangeError("out of stock");
    })
    .post("/waits", { session }, async ({ session, background }) => {
      session.exec("rollback");
      const job = background.addTask(bill.with({ tx: session }), 4);
      await new Promise((resolve) => setTimeout(resolve, 10));
      throw new HTTPException(409, `refused ${await job.status()}`);
    })
    .post("/too-late", { session }, ({ session, background }) => {
      session.exec("insert into orders values (3); rollback");
      background.addTask(bill.with({ tx: session }), 3);
      return "accepted";
    });
  const { url } = await listen(app);
  return { url, engine, orders, steps };
}

describe("25: addTask within the transaction of a dependency that commits after yield", () => {
  test("the order and its job are there together, and the job runs", async () => {
    const { url, engine, orders, steps } = await serveShop();
    const succeeded = nextEvent(engine, "jobSucceeded");
    const response = await fetch(`${url}/orders`, { method: "POST" });
    const { id } = (await response.json()) as { id: string };
    expect([response.status, steps, orders()]).toEqual([200, ["committed"], 1]);
    expect((await succeeded).id).toBe(id);
    expect(await engine.job(id).result()).toBe("billed 1");
    expect((await engine.jobs()).jobs).toHaveLength(1);
  });

  test("a handler that throws has neither", async () => {
    const { url, engine, orders, steps } = await serveShop();
    expect((await fetch(`${url}/refused`, { method: "POST" })).status).toBe(500);
    expect([steps, orders()]).toEqual([["rolled back: RangeError"], 0]);
    expect((await engine.jobs()).jobs).toEqual([]);
  });

  test("a write that fails is the failure of the request, before the dependency commits", async () => {
    const { url, engine, orders, steps } = await serveShop();
    const response = await fetch(`${url}/too-late`, { method: "POST" });
    expect(response.status).toBe(500);
    expect([steps, orders()]).toEqual([["rolled back: InvalidOptionError"], 0]);
    expect((await engine.jobs()).jobs).toEqual([]);
  });

  test("a write that fails while the handler goes on harms nobody, and does not hide the handler's own error", async () => {
    const { url, engine, steps } = await serveShop();
    const response = await fetch(`${url}/waits`, { method: "POST" });
    expect([response.status, await response.json()]).toEqual([409, { detail: "refused cancelled" }]);
    expect(steps).toEqual(["rolled back: HTTPException"]);
    expect((await engine.jobs()).jobs).toEqual([]);
  });
});

describe("25: within an attempt of a durable task", () => {
  test("what it adds in the transaction of its dependency commits with that; a failed write fails the attempt", async () => {
    const { path, db } = await shop();
    const steps: string[] = [];
    const session = depends(async function* () {
      const own = new DatabaseSync(path);
      try {
        own.exec("begin immediate");
        yield own;
        own.exec("commit");
        steps.push("committed");
      } finally {
        own.close();
      }
    });
    const parent = task("parent", { durable: true, deps: { session } }, ({ session, background }, fails: boolean) => {
      session.exec("insert into orders values (9)");
      if (fails) session.exec("rollback");
      background.addTask(bill.with({ tx: session }), 9);
    });
    const engine = openEngine({ store: sqlite(path), tasks: [bill, once, parent] });
    await engine.work();
    const failed = await engine.enqueue(parent, true);
    await expect(failed.result()).rejects.toThrow(/open transaction/);
    const child = nextEvent(engine, "jobSucceeded", ({ task }) => task === "bill");
    await (await engine.enqueue(parent, false)).result();
    expect(await engine.job((await child).id).result()).toBe("billed 9");
    expect(db.prepare("select id from orders").all()).toEqual([{ id: 9 }]);
    expect(steps).toEqual(["committed"]);
    expect((await engine.jobs({ task: bill })).jobs).toHaveLength(1);
  });
});
