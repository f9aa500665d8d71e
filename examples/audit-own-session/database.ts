import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from "node:sqlite";

type Row = Record<string, SQLOutputValue>;

/** A SQLite file that hands out one session at a time: one connection has one transaction at a time. */
export class Database implements Disposable {
  readonly #connection: DatabaseSync;
  #last: Promise<void> = Promise.resolve();
  #sessions = 0;

  constructor(file: string) {
    this.#connection = new DatabaseSync(file);
    this.#connection.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS audit (
        item_id INTEGER NOT NULL REFERENCES items (id), action TEXT NOT NULL, session INTEGER NOT NULL
      );
    `);
  }

  /** Waits for its turn; `release` ends it. */
  async openSession(): Promise<Session> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    this.#sessions += 1;
    return new Session(this.#connection, this.#sessions, resolve);
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

/** The use of a database by one request or task. */
export class Session {
  /** Counts up, so that audit rows can tell which session wrote them. */
  readonly number: number;
  readonly release: () => void;
  readonly #connection: DatabaseSync;

  constructor(connection: DatabaseSync, number: number, release: () => void) {
    this.#connection = connection;
    this.number = number;
    this.release = release;
  }

  begin(): void {
    this.#connection.exec("BEGIN IMMEDIATE");
  }

  commit(): void {
    this.#connection.exec("COMMIT");
  }

  rollback(): void {
    if (this.#connection.isTransaction) this.#connection.exec("ROLLBACK");
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#connection.prepare(sql).all(...values);
  }

  insertItem(name: string): number {
    return Number(this.#connection.prepare("INSERT INTO items (name) VALUES (?)").run(name).lastInsertRowid);
  }

  insertAudit(itemId: number, action: string): void {
    this.#connection
      .prepare("INSERT INTO audit (item_id, action, session) VALUES (?, ?, ?)")
      .run(itemId, action, this.number);
  }
}
