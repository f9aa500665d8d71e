import { DatabaseSync } from "node:sqlite";

import {
  AfterworkError,
  App,
  depends,
  HTTPException,
  InvalidOptionError,
  task,
  TimeoutError,
  type Engine,
} from "afterwork";
import { expect, onTestFinished, test } from "vitest";

import type { Place } from "../support/places.ts";
import { nextEvent, openEngine, storePath } from "./support/engines.ts";
import { listen, recordLog } from "./support/listen.ts";
import { forEachSharedStore, type SharedStore } from "./support/shared-store.ts";
import { tableAt, userSession, type UserSession } from "./support/user-session.ts";

const bill = task("bill", { durable: true }, (_context, order: number) => `billed ${order}`);
const once = task("once", { durable: true, unique: true }, (_context, order: number) => order);

/** A store, an engine on it, and beside it a table and a connection of the user's own. */
interface Shop {
  readonly engine: Engine;
  readonly store: SharedStore;
  readonly db: UserSession;
  readonly insert: (order: number) => string;
  readonly orders: () => Promise<readonly unknown[]>;
}

async function openShop(store: SharedStore): Promise<Shop> {
  const engine = openEngine({ store: store.open(), tasks: [bill, once] });
  await engine.counts();
  const table = tableAt(store.place, "orders");
  const db = await userSession(store.place);
  await db.run(`create table ${table} (id integer primary key)`);
  const insert = (order: number): string => `insert into ${table} values (${order})`;
  return { engine, store, db, insert, orders: () => db.rows(`select id from ${table}`) };
}

forEachSharedStore("25: enqueue in a user's transaction", (fresh) => {
  test("rolled back → no job, and nothing is left of its unique key", async () => {
    const { engine, db } = await openShop(fresh());
    await db.begin();
    const job = await engine.enqueue(bill.with({ tx: db.tx }), 1);
    const keyed = await engine.enqueue(once.with({ tx: db.tx }), 1);
    await db.run("rollback");
    expect((await engine.jobs()).jobs).toEqual([]);
    await expect(job.status()).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    await expect(job.result({ timeout: 50 })).rejects.toBeInstanceOf(TimeoutError);
    const again = await engine.enqueue(once, 1);
    expect(again.deduplicated).toBe(false);
    expect(again.id).not.toBe(keyed.id);
  });

  test("committed → exactly one, which was not visible before and runs at once", async () => {
    const { engine, store, db, insert, orders } = await openShop(fresh());
    const elsewhere = openEngine({ store: store.open(), tasks: [bill, once] });
    await db.begin();
    await db.run(insert(7));
    const job = await engine.enqueue(bill.with({ tx: db.tx }), 7);
    const result = job.result();
    for (const one of [engine, elsewhere]) {
      expect((await one.jobs()).jobs).toEqual([]);
      expect((await one.counts()).statuses.queued).toBe(0);
      await expect(one.job(job.id).status()).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    }
    await db.run("commit");
    expect((await elsewhere.jobs()).jobs.map(({ id, status }) => [id, status])).toEqual([[job.id, "queued"]]);
    await elsewhere.work();
    expect(await result).toBe("billed 7");
    expect(await orders()).toEqual([{ id: 7 }]);
    expect((await engine.jobs()).jobs).toHaveLength(1);
  });

  test("a worker that looks all the while sees it when it is committed, not before", async () => {
    const { engine, db } = await openShop(fresh());
    await engine.work();
    const events: string[] = [];
    engine.on("jobStarted", () => events.push("started"));
    await db.run("begin");
    const job = await engine.enqueue(bill.with({ tx: db.tx }), 1);
    await new Promise((resolve) => setTimeout(resolve, 150));
    events.push("commit");
    await db.run("commit");
    expect(await job.result()).toBe("billed 1");
    expect(events).toEqual(["commit", "started"]);
  });

  test("several in one transaction come together, and a savepoint of the user's own takes back its part", async () => {
    const { engine, db } = await openShop(fresh());
    await db.begin();
    const kept = await engine.enqueue(bill.with({ tx: db.tx }), 1);
    await db.run("savepoint mine");
    await engine.enqueue(bill.with({ tx: db.tx }), 2);
    await db.run("rollback to mine; release mine");
    const also = await engine.enqueue(bill.with({ tx: db.tx }), 3);
    await db.run("commit");
    expect((await engine.jobs()).jobs.map(({ args }) => args).toReversed()).toEqual([[1], [3]]);
    await engine.work();
    expect(await Promise.all([kept.result(), also.result()])).toEqual(["billed 1", "billed 3"]);
  });

  test("a unique key that is taken makes it a handle of the job that has it", async () => {
    const { engine, db } = await openShop(fresh());
    const first = await engine.enqueue(once, 5);
    await db.begin();
    const second = await engine.enqueue(once.with({ tx: db.tx }), 5);
    await db.run("commit");
    expect([second.id, second.deduplicated]).toEqual([first.id, true]);
  });

  test.each([
    ["no transaction is open", async (db: UserSession) => db.tx],
    ["it is a database in memory", async () => begun(":memory:")],
    ["it is something else", async () => ({ query: 1 })],
  ])("refused, storing nothing, when %s", async (_name, txOf) => {
    const { engine, db } = await openShop(fresh());
    const tx = await txOf(db);
    await expect(engine.enqueue(bill.with({ tx }), 1)).rejects.toBeInstanceOf(InvalidOptionError);
    expect((await engine.jobs()).jobs).toEqual([]);
  });

  test("an error, storing nothing, when it is a transaction in another database", async () => {
    const { engine, store } = await openShop(fresh());
    const tx = await begunElsewhere(store.place);
    await expect(engine.enqueue(bill.with({ tx }), 1)).rejects.toBeInstanceOf(AfterworkError);
    expect((await engine.jobs()).jobs).toEqual([]);
  });
});

test("25: a memory store refuses it: it has no transactions", async () => {
  const engine = openEngine({ tasks: [bill] });
  const enqueued = engine.enqueue(bill.with({ tx: begun(":memory:") }), 1);
  await expect(enqueued).rejects.toThrow(/memory store has no transactions/);
});

function begun(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  onTestFinished(() => db.close());
  db.exec("begin");
  return db;
}

/** A transaction in a database of the same kind that has no such store. */
async function begunElsewhere(place: Place): Promise<object> {
  if (place.kind === "sqlite") return begun(storePath());
  const url = new URL(place.url);
  url.pathname = "/postgres";
  const session = await userSession({ ...place, url: url.href });
  await session.begin();
  return session.tx;
}

/** An app with a session that commits after `yield`, and routes that add a task in its transaction. */
async function serveShop(shop: Shop): Promise<{ url: string; steps: string[] }> {
  const { engine, store, insert } = shop;
  const steps: string[] = [];
  const session = depends(async function* () {
    const db = await userSession(store.place);
    await db.begin();
    try {
      yield db;
      await db.run("commit");
      steps.push("committed");
    } catch (error) {
      await db.run("rollback").catch(() => {});
      steps.push(`rolled back: ${(error as Error).name}`);
      throw error;
    } finally {
      await db.close();
    }
  });
  const app = new App({ engine, log: recordLog().log })
    .post("/orders", { session }, async ({ session, background }) => {
      await session.run(insert(1));
      return background.addTask(bill.with({ tx: session.tx }), 1);
    })
    .post("/refused", { session }, async ({ session, background }) => {
      await session.run(insert(2));
      background.addTask(bill.with({ tx: session.tx }), 2);
      throw new RangeError("out of stock");
    })
    .post("/waits", { session }, async ({ session, background }) => {
      await session.run("rollback");
      const job = background.addTask(bill.with({ tx: session.tx }), 4);
      await new Promise((resolve) => setTimeout(resolve, 100));
      throw new HTTPException(409, `refused ${await job.status()}`);
    })
    .post("/too-late", { session }, async ({ session, background }) => {
      await session.run(`${insert(3)}; rollback`);
      background.addTask(bill.with({ tx: session.tx }), 3);
      return "accepted";
    });
  const { url } = await listen(app);
  return { url, steps };
}

forEachSharedStore("25: addTask within the transaction of a dependency that commits after yield", (fresh) => {
  test("the order and its job are there together, and the job runs", async () => {
    const shop = await openShop(fresh());
    const { url, steps } = await serveShop(shop);
    const succeeded = nextEvent(shop.engine, "jobSucceeded");
    const response = await fetch(`${url}/orders`, { method: "POST" });
    const { id } = (await response.json()) as { id: string };
    expect([response.status, steps, await shop.orders()]).toEqual([200, ["committed"], [{ id: 1 }]]);
    expect((await succeeded).id).toBe(id);
    expect(await shop.engine.job(id).result()).toBe("billed 1");
    expect((await shop.engine.jobs()).jobs).toHaveLength(1);
  });

  test("a handler that throws has neither", async () => {
    const shop = await openShop(fresh());
    const { url, steps } = await serveShop(shop);
    expect((await fetch(`${url}/refused`, { method: "POST" })).status).toBe(500);
    expect([steps, await shop.orders()]).toEqual([["rolled back: RangeError"], []]);
    expect((await shop.engine.jobs()).jobs).toEqual([]);
  });

  test("a write that fails is the failure of the request, before the dependency commits", async () => {
    const shop = await openShop(fresh());
    const { url, steps } = await serveShop(shop);
    const response = await fetch(`${url}/too-late`, { method: "POST" });
    expect(response.status).toBe(500);
    expect([steps, await shop.orders()]).toEqual([["rolled back: InvalidOptionError"], []]);
    expect((await shop.engine.jobs()).jobs).toEqual([]);
  });

  test("a write that fails while the handler goes on harms nobody, and does not hide the handler's own error", async () => {
    const shop = await openShop(fresh());
    const { url, steps } = await serveShop(shop);
    const response = await fetch(`${url}/waits`, { method: "POST" });
    expect([response.status, await response.json()]).toEqual([409, { detail: "refused cancelled" }]);
    expect(steps).toEqual(["rolled back: HTTPException"]);
    expect((await shop.engine.jobs()).jobs).toEqual([]);
  });
});

forEachSharedStore("25: within an attempt of a durable task", (fresh) => {
  test("what it adds in the transaction of its dependency commits with that; a failed write fails the attempt", async () => {
    const { store, insert, orders } = await openShop(fresh());
    const steps: string[] = [];
    const session = depends(async function* () {
      const own = await userSession(store.place);
      try {
        await own.begin();
        yield own;
        await own.run("commit");
        steps.push("committed");
      } finally {
        await own.close();
      }
    });
    const parent = task(
      "parent",
      { durable: true, deps: { session } },
      async ({ session, background }, fails: boolean) => {
        await session.run(insert(9));
        if (fails) await session.run("rollback");
        background.addTask(bill.with({ tx: session.tx }), 9);
      },
    );
    const engine = openEngine({ store: store.open(), tasks: [bill, once, parent] });
    await engine.work();
    const failed = await engine.enqueue(parent, true);
    await expect(failed.result()).rejects.toThrow(/tx: expected/);
    const child = nextEvent(engine, "jobSucceeded", ({ task }) => task === "bill");
    await (await engine.enqueue(parent, false)).result();
    expect(await engine.job((await child).id).result()).toBe("billed 9");
    expect(await orders()).toEqual([{ id: 9 }]);
    expect(steps).toEqual(["committed"]);
    expect((await engine.jobs({ task: bill })).jobs).toHaveLength(1);
  });
});
