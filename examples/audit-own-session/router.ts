/**
 * An audit row is written by a task with a database session of its own: `depends` resolved once for the request and once
 * more for the task. The request's session has committed before the response leaves, so the task finds the item there,
 * and no error of the task can undo it.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { Router, body, depends, int, path, settings, task } from "afterwork";
import { z } from "zod";

import { Database } from "./database.ts";

const config = settings(z.object({ DATA_DIR: z.string().default("data") }));

const database = depends.app({ config }, function* database({ config }) {
  mkdirSync(config.DATA_DIR, { recursive: true });
  using database = new Database(join(config.DATA_DIR, "own-session.db"));
  yield database;
});

const session = depends({ database }, async function* session({ database }) {
  const session = await database.openSession();
  try {
    session.begin();
    yield session;
    session.commit();
  } catch (error) {
    session.rollback();
    throw error;
  } finally {
    session.release();
  }
});

const writeAudit = task(
  "write-audit",
  { deps: { session }, retries: 3 },
  ({ session }, itemId: number, action: string) => session.insertAudit(itemId, action),
);

export const router = new Router({ prefix: "/items", tags: ["audit, own session"], inputs: { session } });

router.post(
  "",
  { item: body(z.object({ name: z.string().min(1) })) },
  { status: 201, summary: "Create an item" },
  ({ item, session, background }) => {
    const id = session.insertItem(item.name);
    background.addTask(writeAudit, id, "created");
    return { id, name: item.name, session: session.number };
  },
);

router.get("/:id/audit", { id: path(int) }, { summary: "What happened to an item" }, ({ id, session }) =>
  session.all("SELECT action, session FROM audit WHERE item_id = ?", id),
);
