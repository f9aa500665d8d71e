import { Pool, type PoolClient } from "pg";
import { expect } from "vitest";
import { newId } from "../../../src/base/ids.ts";
import type { ClaimedJob } from "../../../src/stores/contract/claim.ts";
import type { ErrorRecord } from "../../../src/stores/contract/job-record.ts";
import type { NewJob } from "../../../src/stores/contract/new-job.ts";
import type { Outcome, SettleAnswer } from "../../../src/stores/contract/outcome.ts";
import type { Store } from "../../../src/stores/contract/store.ts";
import { toFault } from "../../../src/stores/postgres/client/faults.ts";
import { plainTypes } from "../../../src/stores/postgres/client/pg.ts";
import { queryIn } from "../../../src/stores/postgres/client/user-transaction.ts";
import { postgres } from "../../../src/stores/postgres/postgres.ts";
import { PostgresStore } from "../../../src/stores/postgres/postgres-store.ts";
import { newJob } from "../new-job.ts";
import { databaseUrl, onServer } from "./server.ts";

interface Half {
  readonly kind: Outcome["kind"];
  readonly delayMs?: number;
  readonly error?: ErrorRecord;
}

/** A store, and transactions in which calls of it stay open: what they lock stays locked until they are committed. */
export class Races {
  readonly store: Store;
  readonly schema: string;
  readonly #pool = new Pool({ connectionString: databaseUrl, max: 8 });

  constructor(schema: string) {
    this.schema = schema;
    this.store = postgres(this.#pool, { schema, listen: false });
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.#pool.end();
  }

  /** Forgets everything. */
  async empty(): Promise<void> {
    const names = await onServer("select tablename from pg_tables where schemaname = $1 and tablename <> 'meta'", [
      this.schema,
    ]);
    await this.#pool.query(
      names.map(({ tablename }) => `delete from "${this.schema}".${String(tablename)}`).join("; "),
    );
  }

  async begin(): Promise<OpenCalls> {
    const client = await this.#pool.connect();
    await client.query("begin");
    return new OpenCalls(client, this.schema);
  }

  /** Waits until a call waits for a lock, or is over. */
  async untilBlocked(call: Promise<unknown>): Promise<"blocked" | "over"> {
    let over = false;
    const end = (): void => void (over = true);
    call.then(end, end);
    const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%${this.schema}%'`;
    while (!over) if ((await onServer(waiting)).length > 0) return "blocked";
    return "over";
  }

  /** Does both, the second while the first is not committed yet; the answers. */
  async both<First, Second>(
    first: (store: Store) => Promise<First>,
    second: () => Promise<Second>,
    expected: "blocked" | "over" = "blocked",
  ): Promise<[First, Second]> {
    const open = await this.begin();
    const one = await first(open.store);
    const other = second();
    other.catch(() => {});
    const found = await this.untilBlocked(other);
    await open.commit();
    expect(found).toBe(expected);
    return [one, await other];
  }

  async insert(...jobs: readonly Partial<NewJob>[]): Promise<string[]> {
    const made = jobs.map(newJob);
    await this.store.insert(made);
    return made.map(({ id }) => id);
  }

  /** A session that has all that is due now. */
  async worker(store: Store = this.store, leaseMs = 60_000): Promise<Worker> {
    const worker = new Worker(store, leaseMs);
    await this.store.register({ id: worker.session, leaseMs, name: "racer" });
    return worker;
  }

  async statuses(...ids: readonly string[]): Promise<readonly (string | undefined)[]> {
    return (await this.store.get(ids, { brief: true })).map((record) => record?.status);
  }
}

/** Calls of the store in one transaction. */
export class OpenCalls {
  readonly store: Store;
  readonly client: PoolClient;

  constructor(client: PoolClient, schema: string) {
    this.client = client;
    const database = {
      query: async (text: string, values: readonly unknown[] = []) => {
        try {
          return (await client.query({ text, values: [...values], types: plainTypes })).rows;
        } catch (error) {
          throw toFault(error, "an open call");
        }
      },
      transaction: () => Promise.reject(new Error("it is one already")),
      listen: () => undefined,
      close: () => Promise.resolve(),
    };
    this.store = new PostgresStore({ database: database as never, schema, listen: false, migrates: false, queryIn });
  }

  async commit(): Promise<void> {
    await this.client.query("commit");
    this.client.release();
  }

  async rollback(): Promise<void> {
    await this.client.query("rollback");
    this.client.release();
  }
}

export class Worker {
  readonly session: string = newId();
  readonly #store: Store;
  readonly #leaseMs: number;
  readonly tokens = new Map<string, string>();

  constructor(store: Store, leaseMs: number) {
    this.#store = store;
    this.#leaseMs = leaseMs;
  }

  /** The same session in another transaction. */
  in(store: Store): Worker {
    const other = new Worker(store, this.#leaseMs);
    Object.assign(other, { session: this.session, tokens: this.tokens });
    return other;
  }

  async claim(limit = 100): Promise<readonly ClaimedJob[]> {
    const token = newId();
    const request = { worker: this.session, token, queues: undefined, tasks: ["task"], limit, keyedLimit: limit };
    const { jobs } = await this.#store.claim(request);
    for (const { id } of jobs) this.tokens.set(id, token);
    return jobs;
  }

  /** Settles jobs, by default as successes. */
  settle(ids: readonly string[], outcome: Half = { kind: "succeeded" }): Promise<readonly SettleAnswer[]> {
    const outcomes = ids.map(
      (id) => ({ result: undefined, ...outcome, id, token: this.tokens.get(id) ?? "none" }) as Outcome,
    );
    return this.#store.settle(this.session, outcomes);
  }
}
