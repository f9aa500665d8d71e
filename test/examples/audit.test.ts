import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { expect, test } from "vitest";

import { router as ownSession } from "../../examples/audit-own-session/router.ts";
import { router as sharedSession } from "../../examples/audit-shared-session/router.ts";
import { runExample, type RunningExample } from "./support/running-example.ts";

interface Item {
  readonly id: number;
  readonly session: number;
}

async function create(example: RunningExample, name: string): Promise<Item> {
  return (await (await example.post("/items", { name })).json()) as Item;
}

/** Read from outside, so that only what was committed is seen. */
function auditOf(example: RunningExample, file: string): unknown[] {
  using database = new DatabaseSync(join(example.folder, file), { readOnly: true });
  return database
    .prepare("SELECT name, action, session FROM audit JOIN items ON id = item_id ORDER BY id")
    .all()
    .map((row) => ({ ...row }));
}

test("a task with its own session writes the audit row of an item that was committed before", async () => {
  const example = await runExample(ownSession);
  const item = await create(example, "lamp");
  await example.untilEnded("write-audit");
  expect(auditOf(example, "own-session.db")).toEqual([{ name: "lamp", action: "created", session: item.session + 1 }]);
});

test("a task that shares the request's session writes the audit row with that", async () => {
  const example = await runExample(sharedSession);
  const item = await create(example, "desk");
  await example.untilEnded("writeAudit");
  expect(auditOf(example, "shared-session.db")).toEqual([{ name: "desk", action: "created", session: item.session }]);
});

test.each([
  ["own", ownSession, "own-session.db", "write-audit"],
  ["shared", sharedSession, "shared-session.db", "writeAudit"],
] as const)("thirty requests at once get a row each, with %s sessions", async (_, router, file, task) => {
  const example = await runExample(router);
  const names = Array.from({ length: 30 }, (_, index) => `item ${index}`);
  await Promise.all(names.map((name) => create(example, name)));
  await example.untilEnded(...names.map(() => task));
  expect(auditOf(example, file)).toHaveLength(30);
});

test("an item that is refused is neither stored nor audited", async () => {
  const example = await runExample(ownSession);
  expect((await example.post("/items", { name: "" })).status).toBe(422);
  expect(auditOf(example, "own-session.db")).toEqual([]);
  expect(example.ended).toEqual([]);
});
