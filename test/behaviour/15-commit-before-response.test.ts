import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { App, depends } from "afterwork";
import { describe, expect, onTestFinished, test } from "vitest";

import { makeGate } from "./support/gate.ts";
import { listen } from "./support/listen.ts";

/** A database file; each connection sees only what others have committed. */
function openDatabase(): { connect(): DatabaseSync; rows(): string[] } {
  const folder = mkdtempSync(join(tmpdir(), "commit-test-"));
  const open: DatabaseSync[] = [];
  onTestFinished(() => {
    for (const connection of open) connection.close();
    rmSync(folder, { recursive: true });
  });
  const connect = (): DatabaseSync => {
    const connection = new DatabaseSync(join(folder, "test.db"));
    open.push(connection);
    return connection;
  };
  const reader = connect();
  reader.exec("PRAGMA journal_mode = WAL; CREATE TABLE items (name TEXT)");
  const rows = (): string[] =>
    reader
      .prepare("SELECT name FROM items")
      .all()
      .map(({ name }) => String(name));
  return { connect, rows };
}

/** A session that commits after its `yield` and rolls back on an error. */
function sessionOf(connect: () => DatabaseSync, steps: string[]): () => AsyncGenerator<DatabaseSync> {
  return async function* () {
    const session = connect();
    session.exec("BEGIN IMMEDIATE");
    try {
      yield session;
      session.exec("COMMIT");
      steps.push("committed");
    } catch (error) {
      session.exec("ROLLBACK");
      steps.push("rolled back");
      throw error;
    }
  };
}

const add = (session: DatabaseSync, name: string): void => {
  session.prepare("INSERT INTO items VALUES (?)").run(name);
};

describe("15: a commit-after-yield dependency and a failing task", () => {
  test("the commit has happened before the response, and nothing is rolled back", async () => {
    const { connect, rows } = openDatabase();
    const steps: string[] = [];
    const session = depends(sessionOf(connect, steps));
    const [mayFail, failed] = [makeGate(), makeGate()];
    const app = new App().post("/", { session }, ({ session, background }) => {
      add(session, "acknowledged");
      expect(rows()).toEqual([]);
      background.addTask(async () => {
        steps.push(`task sees ${rows().join()}`);
        await mayFail.passed;
        throw new Error("the task failed");
      });
      return "created";
    });
    app.on("taskFailed", failed.open);
    const server = await listen(app);
    const response = await fetch(server.url, { method: "POST" });
    expect(response.status).toBe(200);
    expect(rows()).toEqual(["acknowledged"]);
    mayFail.open();
    await failed.passed;
    await server.close();
    expect(rows()).toEqual(["acknowledged"]);
    expect(steps).toEqual(["committed", "task sees acknowledged"]);
  });

  test("a session that the tasks share commits after them, and a failing task is not thrown into it", async () => {
    const { connect, rows } = openDatabase();
    const steps: string[] = [];
    const session = depends.request(sessionOf(connect, steps));
    const app = new App().post("/", { session }, ({ session, background }) => {
      add(session, "by the handler");
      background.addTask(() => {
        throw new Error("the task failed");
      });
      background.addTask(async () => add(session, "by a task"));
      return "created";
    });
    app.on("taskFailed", () => steps.push("task failed"));
    const server = await listen(app);
    expect((await fetch(server.url, { method: "POST" })).status).toBe(200);
    await server.close();
    expect(rows()).toEqual(["by the handler", "by a task"]);
    expect(steps).toEqual(["task failed", "committed"]);
  });

  test.each(["function", "request"] as const)("a handler that fails rolls back (%s scope)", async (scope) => {
    const { connect, rows } = openDatabase();
    const steps: string[] = [];
    const provide = sessionOf(connect, steps);
    const session = scope === "request" ? depends.request(provide) : depends(provide);
    const app = new App().post("/", { session }, ({ session }) => {
      add(session, "never");
      throw new Error("the handler failed");
    });
    app.on("requestFailed", () => {});
    const server = await listen(app);
    expect((await fetch(server.url, { method: "POST" })).status).toBe(500);
    await server.close();
    expect([rows(), steps]).toEqual([[], ["rolled back"]]);
  });

  test("a commit that fails is a 500, and no task runs", async () => {
    const { connect, rows } = openDatabase();
    const steps: string[] = [];
    const session = depends(async function* () {
      const session = connect();
      session.exec("PRAGMA foreign_keys = ON; CREATE TABLE IF NOT EXISTS parts (id INTEGER PRIMARY KEY)");
      session.exec("CREATE TABLE uses (part REFERENCES parts DEFERRABLE INITIALLY DEFERRED); BEGIN");
      yield session;
      session.exec("COMMIT");
    });
    const app = new App().post("/", { session }, ({ session, background }) => {
      add(session, "never");
      session.exec("INSERT INTO uses VALUES (7)");
      background.addTask(() => void steps.push("never"));
      background.onFailure.addTask(() => void steps.push("failure"));
      return "created";
    });
    app.on("requestFailed", ({ error }) => steps.push((error as Error).message));
    const server = await listen(app);
    expect((await fetch(server.url, { method: "POST" })).status).toBe(500);
    await server.close();
    expect(rows()).toEqual([]);
    expect(steps).toEqual(["FOREIGN KEY constraint failed", "failure"]);
  });
});
