import { App, depends, task } from "afterwork";
import { describe, expect, test } from "vitest";

import { makeGate, type Gate } from "./support/gate.ts";
import { listen } from "./support/listen.ts";

/** A connection of a pool. */
interface Connection {
  readonly id: number;
}

/** A pool of one connection: whoever comes second waits. */
class PoolOfOne {
  readonly #connection: Connection = { id: 1 };
  readonly #waiting: ((connection: Connection) => void)[] = [];
  isTaken = false;
  waited = 0;

  async take(): Promise<Connection> {
    if (this.isTaken) {
      this.waited += 1;
      return new Promise((resolve) => this.#waiting.push(resolve));
    }
    this.isTaken = true;
    return this.#connection;
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.isTaken = false;
    else next(this.#connection);
  }
}

describe("16: a task's own dependencies", () => {
  test("are fresh for every attempt, and closed after it, on success and on failure", async () => {
    const steps: string[] = [];
    let made = 0;
    const db = depends(async function* () {
      made += 1;
      const id = made;
      steps.push(`open ${id}`);
      try {
        yield { id };
        steps.push(`commit ${id}`);
      } catch (error) {
        steps.push(`roll back ${id}: ${(error as Error).message}`);
        throw error;
      } finally {
        steps.push(`close ${id}`);
      }
    });
    const repo = depends({ db }, ({ db }) => ({ db }));
    const work = task(
      "work",
      { deps: { db, repo }, retries: 1, backoff: 1 },
      async ({ db, repo, attempt }, name: string) => {
        expect(repo.db).toBe(db);
        steps.push(`${name} uses ${db.id}`);
        if (name === "flaky" && attempt === 1) throw new Error("first attempt");
      },
    );
    const app = new App().get("/", { db, repo }, ({ db, background }) => {
      steps.push(`handler uses ${db.id}`);
      background.addTask(work, "good");
      background.addTask(work, "flaky");
    });
    const server = await listen(app);
    expect((await fetch(server.url)).status).toBe(200);
    await server.close();
    expect(steps).toEqual([
      "open 1",
      "handler uses 1",
      "commit 1",
      "close 1",
      "open 2",
      "good uses 2",
      "commit 2",
      "close 2",
      "open 3",
      "flaky uses 3",
      "roll back 3: first attempt",
      "close 3",
      "open 4",
      "flaky uses 4",
      "commit 4",
      "close 4",
    ]);
  });

  test("are closed before the attempt counts: a clean-up that fails fails the task", async () => {
    const failures: string[] = [];
    const db = depends(async function* () {
      yield "session";
      throw new Error("commit failed");
    });
    const work = task("work", { deps: { db } }, ({ background }) => {
      background.addTask(() => void failures.push("never"));
    });
    const app = new App().get("/", ({ background }) => void background.addTask(work));
    app.on("taskFailed", ({ name, error }) => failures.push(`${name}: ${(error as Error).message}`));
    const server = await listen(app);
    await fetch(server.url);
    await server.close();
    expect(failures).toEqual(["work: commit failed"]);
  });

  test("function and request scope are the task's run; app scope is the app's", async () => {
    const steps: string[] = [];
    const counted = (name: string) =>
      async function* (): AsyncGenerator<string> {
        steps.push(`open ${name}`);
        yield name;
        steps.push(`close ${name}`);
      };
    const pool = depends.app(counted("app"));
    const outer = depends.request({ pool }, counted("request"));
    const inner = depends({ outer, pool }, counted("function"));
    const work = task("work", { deps: { inner, outer, pool } }, () => void steps.push("task"));
    const app = new App().get("/", { inner }, ({ background }) => void background.addTask(work));
    const server = await listen(app);
    await fetch(server.url);
    await server.close();
    expect(steps.join(", ")).toBe(
      "open app, " +
        "open request, open function, close function, " +
        "open request, open function, task, close function, close request, " +
        "close request, close app",
    );
  });
});

describe("16: a pool of one connection isn't held while a task sleeps", () => {
  function poolApp() {
    const pool = new PoolOfOne();
    const db = depends(async function* () {
      const connection = await pool.take();
      try {
        yield connection;
      } finally {
        pool.release();
      }
    });
    const app = new App().get("/other", { db }, ({ db }) => db.id);
    return { pool, db, app };
  }

  test("by the request that has added it", async () => {
    const { pool, db, app } = poolApp();
    const [sleeping, mayEnd] = [makeGate(), makeGate()];
    app.get("/", { db }, ({ background }) => {
      background.addTask(async () => {
        sleeping.open();
        await mayEnd.passed;
      });
    });
    const { url } = await listen(app);
    await fetch(url);
    await sleeping.passed;
    expect(pool.isTaken).toBe(false);
    expect(await (await fetch(`${url}/other`)).json()).toBe(1);
    mayEnd.open();
  });

  test("by a task that waits for its next attempt", async () => {
    const { pool, db, app } = poolApp();
    const failed: Gate = makeGate();
    const states: boolean[] = [];
    const work = task("work", { deps: { db }, retries: 1, backoff: "10m" }, () => {
      states.push(pool.isTaken);
      queueMicrotask(failed.open);
      throw new Error("first attempt");
    });
    const jobs: { status(): string; cancel(): string }[] = [];
    app.get("/", { db }, ({ background }) => void jobs.push(background.addTask(work)));
    const { url } = await listen(app);
    await fetch(url);
    await failed.passed;
    await expect.poll(() => jobs[0]?.status()).toBe("retrying");
    expect([states, pool.isTaken]).toEqual([[true], false]);
    expect(await (await fetch(`${url}/other`)).json()).toBe(1);
    jobs[0]?.cancel();
  });

  test("twenty requests and their tasks share it without a deadlock", async () => {
    const { pool, db, app } = poolApp();
    const work = task("work", { deps: { db } }, async ({ db }) => {
      await new Promise(setImmediate);
      used.push(db.id);
    });
    const used: number[] = [];
    app.get("/", { db }, ({ db, background }) => {
      background.addTask(work);
      return db.id;
    });
    const server = await listen(app);
    const answers = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(server.url)).status));
    expect(new Set(answers)).toEqual(new Set([200]));
    await server.close();
    expect(used).toHaveLength(20);
    expect(pool.isTaken).toBe(false);
  });

  test("what a request closes can't be handed to its tasks: the call says what to write instead", async () => {
    const { db, app } = poolApp();
    const errors: unknown[] = [];
    app.get("/", { db }, ({ db, background }) => {
      try {
        background.addTask((_db: Connection) => {}, db);
      } catch (error) {
        errors.push(error);
      }
    });
    const { url } = await listen(app);
    await fetch(url);
    expect(errors).toEqual([expect.objectContaining({ code: "DEPENDENCY_SCOPE" })]);
    expect((errors[0] as Error).message).toMatch(/depends\.request\(…\) instead of depends\(…\).*\{ deps: \{ db \} \}/);
  });
});
