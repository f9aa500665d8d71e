import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Outcome } from "../../../src/stores/contract/outcome.ts";
import { describeWith } from "../../support/service.ts";
import { newJob } from "../new-job.ts";
import { Races } from "./races.ts";
import { database, dropSchema, newSchemaName } from "./server.ts";

/** Whoever stores jobs has the names that are new, and then waits for jobs that are there. */
describeWith(database, "a name that is new to PostgreSQL, stored by two at once", () => {
  const races = new Races(newSchemaName());

  beforeAll(() => races.store.open());
  beforeEach(() => races.empty());
  afterAll(async () => {
    await races.close();
    await dropSchema(races.schema);
  });

  test("is waited for by a claim that has locked nothing yet", async () => {
    const unique = { key: "key", onConflict: "replace" } as const;
    const user = await races.begin();
    await races.store.insert([newJob({ task: "new", unique })], user.client);
    await user.commit();
    const worker = await races.worker();
    const open = await races.begin();
    await open.store.insert([newJob({ task: "new" })]);
    const claiming = worker.claim();
    expect(await races.untilBlocked(claiming)).toBe("blocked");
    await open.store.insert([newJob({ task: "new", unique })]);
    await open.commit();
    await claiming;
  });

  test("is waited for by a settling that has locked nothing yet", async () => {
    const [parent = ""] = await races.insert({});
    const worker = await races.worker();
    await worker.claim();
    const open = await races.begin();
    await open.store.insert([newJob({ task: "new" })]);
    const token = worker.tokens.get(parent) ?? "";
    const spawned = [newJob({ task: "new" })];
    const outcome: Outcome = { kind: "succeeded", id: parent, token, result: undefined, spawned };
    const settling = races.store.settle(worker.session, [outcome]);
    expect(await races.untilBlocked(settling)).toBe("blocked");
    await open.store.insert([newJob({ task: "new", parents: [parent] })]);
    await open.commit();
    expect(await settling).toEqual(["applied"]);
  });
});
