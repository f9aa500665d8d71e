import { Client } from "pg";
import { expect, test } from "vitest";
import type { Store } from "../../../src/stores/contract/store.ts";
import { postgres } from "../../../src/stores/postgres/postgres.ts";
import { describeWith } from "../../support/service.ts";
import { newJob } from "../new-job.ts";
import { database, databaseUrl, dropSchema, newSchemaName, onServer } from "./server.ts";

const dead = 30_000;

describeWith(database, "claims beside an old snapshot", () => {
  test(
    "what is more urgent still comes first before long, and nothing is given twice or left",
    { timeout: 60_000 },
    async () => {
      await using trial = await Trial.begin();
      await trial.pass(dead);
      const urgent = newJob({ priority: 50 });
      const plain = Array.from({ length: 400 }, () => newJob());
      await trial.store.insert(plain);
      const before = await trial.claim(10);
      await trial.store.insert([urgent]);
      const claimed = [...before];
      while (!claimed.includes(urgent.id)) {
        const ids = await trial.claim(1);
        expect(ids, `${claimed.length} claimed, and the urgent one is not among them`).toHaveLength(1);
        claimed.push(...ids);
      }
      for (let ids = await trial.claim(100); ids.length > 0; ids = await trial.claim(100)) claimed.push(...ids);
      expect(claimed.toSorted()).toEqual([urgent, ...plain].map(({ id }) => id).toSorted());
    },
  );
});

class Trial {
  readonly store: Store;
  readonly #schema: string;
  readonly #old: Client;
  #tokens = 0;

  private constructor(store: Store, schema: string, old: Client) {
    this.store = store;
    this.#schema = schema;
    this.#old = old;
  }

  /** With a transaction open that may still read all that is there now. */
  static async begin(): Promise<Trial> {
    const schema = newSchemaName();
    const store = postgres(databaseUrl, { schema, listen: false });
    await store.open();
    await store.register({ id: "worker", name: "worker", leaseMs: 600_000 });
    const old = new Client({ connectionString: databaseUrl });
    await old.connect();
    await old.query("begin isolation level repeatable read; select 1");
    return new Trial(store, schema, old);
  }

  /** Lets so many jobs come and go, and waits until the server's statistics know of it. */
  async pass(jobs: number): Promise<void> {
    for (let left = jobs; left > 0; left -= 1_000) {
      await this.store.insert(Array.from({ length: 1_000 }, () => newJob()));
      await this.claim(1_000);
    }
    const count = `select pg_stat_get_dead_tuples('"${this.#schema}".ready'::regclass)::integer as dead`;
    await expect.poll(async () => (await onServer(count))[0]?.["dead"], { timeout: 20_000 }).toBeGreaterThan(dead / 2);
  }

  /** The ids of jobs that are claimed, and settled. */
  async claim(limit: number): Promise<readonly string[]> {
    const token = `token ${(this.#tokens += 1)}`;
    const request = { worker: "worker", token, queues: undefined, tasks: ["task"], limit, keyedLimit: limit };
    const { jobs } = await this.store.claim(request);
    await this.store.settle(
      "worker",
      jobs.map(({ id }) => ({ kind: "succeeded", id, token, result: undefined })),
    );
    return jobs.map(({ id }) => id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#old.end();
    await this.store.close();
    await dropSchema(this.#schema);
  }
}
