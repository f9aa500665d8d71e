import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../base/clock.ts";
import type { InsertAnswer, NewJob } from "../contract/new-job.ts";
import { StoreFaultError } from "../contract/store-fault-error.ts";
import type { MigrationReport, WakeTopic } from "../contract/store.ts";
import { BusyRetry } from "./busy-retry.ts";
import { inMemory, openReader, openToLook, openWriter } from "./connection.ts";
import { Core } from "./core.ts";
import { codeOf, sqliteCode, toFault } from "./faults.ts";
import { migrate, planMigration } from "./migrate.ts";
import { Statements } from "./statements.ts";
import { insertInTransaction } from "./user-transaction.ts";
import { Wakes } from "./wakes.ts";
import { Writer } from "./writer.ts";

/** Which file, and how it is used. */
export interface FileOptions {
  readonly path: string;
  readonly synchronous: "full" | "normal";
  readonly clock: Clock;
  readonly busyMs: number;
}

/** What is open of a file: one connection that writes, one that reads. */
interface Opened {
  readonly core: Core;
  readonly writer: Writer;
  readonly reader: Statements;
}

/** The file of a store, from `open` to `close`. */
export class StoreFile {
  readonly wakes: Wakes = new Wakes(() => this.#readOthers());
  readonly #options: FileOptions;
  #opened: Opened | undefined;
  #closed = false;

  constructor(options: FileOptions) {
    this.#options = options;
  }

  /** @throws {StoreFaultError} before `open` and after `close`. */
  get writer(): Writer {
    return this.#use().writer;
  }

  async open(): Promise<void> {
    const { path, synchronous } = this.#options;
    await this.#patiently(() => {
      const database = openWriter(path, { synchronous });
      try {
        migrate(database, path);
        this.#opened = this.#start(database);
      } catch (error) {
        database.close();
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    this.wakes.close();
    const opened = this.#opened;
    if (opened === undefined || this.#closed) return;
    this.#closed = true;
    await opened.writer.idle();
    if (opened.reader !== opened.core.sql) opened.reader.database.close();
    opened.core.sql.database.close();
  }

  /** Brings the layout up to date; with `plan` only says how. */
  async migrate(plan: boolean): Promise<MigrationReport> {
    const { path, synchronous } = this.#options;
    const own = this.#opened?.core.sql.database;
    const database =
      own ?? (await this.#patiently(() => (plan ? openToLook(path) : openWriter(path, { synchronous }))));
    try {
      return await this.#patiently(() => (plan ? planMigration(database, path) : migrate(database, path)));
    } finally {
      if (own === undefined) database.close();
    }
  }

  /** Stores jobs in a transaction of the user's. */
  insertWith(tx: unknown, jobs: readonly NewJob[]): readonly InsertAnswer[] {
    this.#use();
    const { path, clock } = this.#options;
    return this.#told(() => insertInTransaction(tx, path, { jobs, now: clock.now() }));
  }

  /** Reads, outside of any transaction that writes. */
  read<Answer>(read: (sql: Statements) => Answer): Answer {
    const { reader } = this.#use();
    return this.#told(() => read(reader));
  }

  #start(database: DatabaseSync): Opened {
    const { path, clock, busyMs } = this.#options;
    const core = new Core(database);
    const onTopics = (topics: ReadonlySet<WakeTopic>): void => topics.forEach((topic) => this.wakes.tell(topic));
    const writer = new Writer({ core, clock, path, busyMs, onTopics });
    // What is only in memory belongs to its one connection.
    const reader = path === inMemory ? core.sql : new Statements(openReader(path));
    core.begin(clock.now());
    return { core, writer, reader };
  }

  #use(): Opened {
    const { path } = this.#options;
    if (this.#closed) throw new StoreFaultError(`the store of ${path} is closed`);
    if (this.#opened === undefined) throw new StoreFaultError(`the store of ${path} has not been opened`);
    return this.#opened;
  }

  #readOthers(): readonly WakeTopic[] {
    const core = this.#opened?.core;
    if (core === undefined || this.#closed) return [];
    try {
      return core.begin(this.#options.clock.now());
    } catch {
      // Whoever writes or reads next meets the same fault and tells it.
      return [];
    }
  }

  async #patiently<Answer>(attempt: () => Answer): Promise<Answer> {
    const busy = new BusyRetry(this.#options.busyMs);
    const self = { queuedAt: performance.now() };
    for (;;) {
      try {
        return attempt();
      } catch (error) {
        if (codeOf(error) !== sqliteCode.busy || busy.givenUp([self]).size > 0)
          throw toFault(error, this.#options.path);
      }
      await new Promise((resolve) => setTimeout(resolve, busy.nextWaitMs()));
    }
  }

  #told<Answer>(act: () => Answer): Answer {
    try {
      return act();
    } catch (error) {
      throw toFault(error, this.#options.path);
    }
  }
}
