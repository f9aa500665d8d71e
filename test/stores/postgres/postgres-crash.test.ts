import type { Store } from "afterwork";
import { postgres } from "afterwork/postgres";
import { expect, onTestFinished, test, vi } from "vitest";
import { newId } from "../../../src/base/ids.ts";
import type { NewJob } from "../../../src/stores/contract/new-job.ts";
import { findPostgresBinaries } from "../../support/postgres-binaries.ts";
import { PostgresServer } from "../../support/postgres-server.ts";
import { describeWith } from "../../support/service.ts";
import { newJob } from "../new-job.ts";

vi.setConfig({ testTimeout: 60_000 });

const binaries = { name: "a PostgreSQL installation", isThere: findPostgresBinaries() !== undefined };
const worker = newId();

async function open(server: PostgresServer): Promise<Store> {
  const store = postgres(server.url(), { listen: false });
  onTestFinished(() => store.close());
  await store.open();
  await store.register({ id: worker, leaseMs: 60_000, name: "crash" });
  return store;
}

async function claim(store: Store, token: string): Promise<readonly string[]> {
  const request = { worker, token, queues: undefined, tasks: ["task"], limit: 100, keyedLimit: 100 };
  return (await store.claim(request)).jobs.map(({ id }) => id);
}

/** What was not waited for is written this seldom: a crash comes before that. */
async function startServer(): Promise<PostgresServer> {
  const server = await PostgresServer.start({ wal_writer_delay: "10s", autovacuum: "off" });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

describeWith(binaries, "a server that crashes", () => {
  const rules: Readonly<Record<string, Partial<NewJob>>> = {
    "a limit of concurrency": { concurrency: { key: "k", limit: 1 } },
    "a limit of rate": { rate: { key: "k", limit: 1, perMs: 60_000 } },
  };
  test.each(Object.entries(rules))(
    "a claim of a job with %s is kept, so nobody else starts it",
    async (_name, rule) => {
      const server = await startServer();
      const store = await open(server);
      const job = newJob(rule);
      await store.insert([job]);
      expect(await claim(store, "1")).toEqual([job.id]);
      await server.restart("immediate");
      await vi.waitFor(async () => expect(await claim(store, "2")).toEqual([]), 10_000);
      expect(await store.settle(worker, [{ id: job.id, token: "1", kind: "succeeded", result: undefined }])).toEqual([
        "applied",
      ]);
    },
  );

  test("a claim without a key may be forgotten: the job is claimed again, and only that one's result counts", async () => {
    const server = await startServer();
    const store = await open(server);
    const job = newJob();
    await store.insert([job]);
    expect(await claim(store, "1")).toEqual([job.id]);
    await server.restart("immediate");
    const again = await vi.waitFor(() => claim(store, "2"), 10_000);
    const outcomes = ["1", "2"].map((token) => ({ id: job.id, token, kind: "succeeded", result: undefined }) as const);
    const answers = await store.settle(worker, outcomes);
    expect(answers).toEqual(again.length === 0 ? ["applied", "lost"] : ["lost", "applied"]);
    expect((await store.get([job.id]))[0]).toMatchObject({ status: "succeeded", attempt: 1, failures: [] });
  });

  test("what was acknowledged is kept: jobs, outcomes, steps and cancellations", async () => {
    const server = await startServer();
    const store = await open(server);
    const jobs = Array.from({ length: 50 }, () => newJob());
    await store.insert(jobs);
    const [done = "", stepped = "", ...others] = await claim(store, "1");
    await store.record(worker, [{ id: stepped, token: "1", kind: "step", name: "one", value: "1" }]);
    await store.cancel(others);
    await store.settle(worker, [{ id: done, token: "1", kind: "succeeded", result: '"done"' }]);
    await server.restart("immediate");
    const records = await vi.waitFor(() => store.get([done, ...others]), 10_000);
    expect(records[0]).toMatchObject({ status: "succeeded", result: '"done"' });
    for (const record of records.slice(1)) expect(record).toMatchObject({ cancelRequested: true });
    expect(await store.loadSteps(stepped)).toEqual([{ name: "one", value: "1" }]);
    expect((await store.get(jobs.map(({ id }) => id))).every((record) => record !== undefined)).toBe(true);
  });
});
