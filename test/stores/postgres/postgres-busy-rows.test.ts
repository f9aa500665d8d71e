import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newId } from "../../../src/base/ids.ts";
import type { NewJob } from "../../../src/stores/contract/new-job.ts";
import { describeWith } from "../../support/service.ts";
import { Races } from "./races.ts";
import { database, dropSchema, newSchemaName } from "./server.ts";

const limited = { concurrency: { key: "key", limit: 5 } };
const rated = { rate: { key: "key", limit: 5, perMs: 60_000 } };
const expiring = { expiresInMs: 60_000 };

describeWith(database, "two claims of PostgreSQL at once, each of one of two jobs", () => {
  const races = new Races(newSchemaName());

  beforeAll(() => races.store.open());
  beforeEach(() => races.empty());
  afterAll(async () => {
    await races.close();
    await dropSchema(races.schema);
  });

  async function askAfter(first: Partial<NewJob>, second: Partial<NewJob>) {
    const [one, other] = [await races.worker(), await races.worker()];
    await races.insert(first, second);
    // Lets both through their gates.
    await one.claim(0);
    const request = { worker: other.session, token: newId(), queues: undefined, tasks: ["task"] };
    const [taken, answer] = await races.both(
      (store) => one.in(store).claim(1),
      () => races.store.claim({ ...request, limit: 1, keyedLimit: 1 }),
      "over",
    );
    expect(taken).toHaveLength(1);
    return answer;
  }

  test.each([
    ["plain ones", {}, {}],
    ["of one key", limited, limited],
  ])("%s: each gets one", async (_which, first, second) => {
    expect((await askAfter(first, second)).jobs).toHaveLength(1);
  });

  test.each([
    ["of one rate", rated, rated],
    ["with an expiry", expiring, expiring],
    ["one with a key and one without", limited, {}],
  ])("%s: who misses the second looks again soon", async (_which, first, second) => {
    expect(await askAfter(first, second)).toMatchObject({ jobs: [], nextDueInMs: 1 });
  });

  test("beside a task that it does not know: who misses the second looks again soon", async () => {
    await races.insert({ task: "unknown", delayMs: 1_000_000 });
    expect(await askAfter({}, {})).toMatchObject({ jobs: [], nextDueInMs: 1 });
  });
});
