import { DatabaseSync } from "node:sqlite";

import { expect, test, vi } from "vitest";

import { onDatabase } from "../support/database.ts";
import type { Place } from "../support/places.ts";
import { quick } from "./fixtures/durable/holding-tasks.ts";
import { forEachSharedStore, type SharedStore } from "./support/shared-store.ts";

vi.setConfig({ testTimeout: 30_000 });

/** A layout that no client of today knows. */
const newer = 99;

/** Makes the store look as if a newer client had migrated it; those below `minCompatible` can't use it any more. */
async function migrateAhead(place: Place, minCompatible: number): Promise<void> {
  const values = `version = ${newer}, min_compatible = ${minCompatible}`;
  if (place.kind === "postgres") {
    await onDatabase(place.url, (client) => client.query(`update "${place.schema}".meta set ${values}`));
    return;
  }
  using file = new DatabaseSync(place.path, { timeout: 5_000 });
  file.exec(`update afterwork_meta set ${values}`);
}

async function reportOf(store: SharedStore): Promise<{ from: number; to: number; statements: number }> {
  const opened = store.open();
  try {
    const { from, to, statements } = await opened.migrate();
    return { from, to, statements: statements.length };
  } finally {
    await opened.close();
  }
}

forEachSharedStore("49: a newer client has migrated the store", (fresh) => {
  test("it still allows this one → everything goes on, and nothing is migrated back", async () => {
    const store = fresh();
    await reportOf(store);
    await migrateAhead(store.place, 1);
    const engine = store.engine([quick]);
    const worker = await store.worker();
    expect(await (await engine.enqueue(quick, "job")).result()).toBe(worker.process.pid);
    expect(await reportOf(store)).toEqual({ from: newer, to: newer, statements: 0 });
  });

  test("it needs a newer one → who starts now is refused with what to do, who works already goes on", async () => {
    const store = fresh();
    const before = store.engine([quick]);
    const working = await store.worker();
    await (await before.enqueue(quick, "before")).result();
    await migrateAhead(store.place, 50);

    const message =
      /has the layout 99, which clients below 50 can't use, and this one is \d+: update afterwork in this process/;
    await expect(store.engine([quick]).enqueue(quick, "refused")).rejects.toMatchObject({
      code: "STORE_FAULT",
      passing: false,
      message: expect.stringMatching(message) as string,
    });
    await expect(reportOf(store)).rejects.toThrow(message);
    const late = store.start();
    expect(await late.exit).toBe(1);
    expect(late.errors()).toMatch(message);
    expect(late.lines).toEqual([]);

    expect(await (await before.enqueue(quick, "after")).result()).toBe(working.process.pid);
    expect((await before.counts()).statuses).toMatchObject({ queued: 0, succeeded: 2 });
  });
});
