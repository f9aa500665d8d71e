/**
 * The same audit row, written by a plain function on the very session of the request: `depends.request` keeps it open
 * until the tasks have run. The handler commits itself, because this scope closes after the response; and as long as the
 * task takes, it holds the session.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { Router, body, depends, int, path, settings } from "afterwork";
import { z } from "zod";

import { Database, type Session } from "../audit-own-session/database.ts";

const config = settings(z.object({ DATA_DIR: z.string().default("data") }));

const database = depends.app({ config }, function* database({ config }) {
  mkdirSync(config.DATA_DIR, { recursive: true });
  using database = new Database(join(config.DATA_DIR, "shared-session.db"));
  yield database;
});

const session = depends.request({ database }, async function* session({ database }) {
  const session = await database.openSession();
  try {
    yield session;
  } finally {
    session.rollback();
    session.release();
  }
});

export const router = new Router({ prefix: "/items", tags: ["audit, shared session"], inputs: { session } });

router.post(
  "",
  { item: body(z.object({ name: z.string().min(1) })) },
  { status: 201, summary: "Create an item" },
  ({ item, session, background }) => {
    session.begin();
    const id = session.insertItem(item.name);
    session.commit();
    background.addTask(writeAudit, session, id, "created");
    return { id, name: item.name, session: session.number };
  },
);

router.get("/:id/audit", { id: path(int) }, { summary: "What happened to an item" }, ({ id, session }) =>
  session.all("SELECT action, session FROM audit WHERE item_id = ?", id),
);

function writeAudit(session: Session, itemId: number, action: string): void {
  session.insertAudit(itemId, action);
}
