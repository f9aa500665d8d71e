import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

/** One connection with its statements, each prepared once. */
export class Statements {
  readonly database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.database = database;
  }

  /** The statement of a text. One that returns arrays must have a text of its own. */
  prepare(sql: string): StatementSync {
    return this.#prepared.get(sql) ?? this.#prepare(sql, false);
  }

  /** The same, returning rows as arrays, which costs less than objects. */
  prepareArrays(sql: string): StatementSync {
    return this.#prepared.get(sql) ?? this.#prepare(sql, true);
  }

  /** How many rows were changed. */
  run(sql: string, ...values: readonly SQLInputValue[]): number {
    return Number(this.prepare(sql).run(...values).changes);
  }

  /** The first row. */
  get<Row>(sql: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.prepare(sql).get(...values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: readonly SQLInputValue[]): readonly Row[] {
    return this.prepare(sql).all(...values) as unknown as readonly Row[];
  }

  #prepare(sql: string, arrays: boolean): StatementSync {
    const statement = this.database.prepare(sql);
    // A connection of the user's may have other habits.
    statement.setReadBigInts(false);
    statement.setReturnArrays(arrays);
    this.#prepared.set(sql, statement);
    return statement;
  }
}
