import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { describeWith } from "../../support/service.ts";
import { newJob } from "../new-job.ts";
import { Races } from "./races.ts";
import { database, dropSchema, newSchemaName, onServer } from "./server.ts";

vi.setConfig({ testTimeout: 30_000 });

const keys = 600;

describeWith(database, "very many gates of PostgreSQL", () => {
  const races = new Races(newSchemaName());

  beforeAll(() => races.store.open());
  afterAll(async () => {
    await races.close();
    await dropSchema(races.schema);
  });

  async function letThrough(): Promise<number> {
    const [{ waiting } = {}] = await onServer(`select sum(waiting)::int as waiting from "${races.schema}".gate`);
    return keys - Number(waiting);
  }

  test("that open at once are not one claim's, however many they are", async () => {
    const jobs = Array.from({ length: 2 * keys }, (_, index) =>
      newJob({ concurrency: { key: `key ${index % keys}`, limit: 1 } }),
    );
    await races.store.insert(jobs.slice(0, keys));
    await races.store.insert(jobs.slice(keys));
    const { store } = races;
    await store.register({ id: "worker", name: "worker", leaseMs: 60_000 });
    let claims = 0;
    const claim = async (limit: number) => {
      claims += 1;
      const token = `worker:${claims}`;
      const request = { worker: "worker", token, queues: undefined, tasks: ["task"], limit, keyedLimit: limit };
      const answer = await store.claim(request);
      return {
        ...answer,
        outcomes: answer.jobs.map(({ id }) => ({ kind: "succeeded", result: undefined, id, token }) as const),
      };
    };
    const first = [];
    while (first.length < keys || (await letThrough()) > 0) first.push(...(await claim(1_000)).outcomes);
    await store.settle("worker", first);
    const before = await claim(1);
    const reached = await letThrough();
    expect(reached).toBeGreaterThan(0);
    expect(reached).toBeLessThan(keys);
    expect(before).toMatchObject({ jobs: [{}], nextDueInMs: 0 });
    expect((await claim(1_000)).jobs).toHaveLength(keys - 1);
  });
});
