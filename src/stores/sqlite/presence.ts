import type { Statements } from "./statements.ts";

/** Tables that are empty in most stores; looking into them for every job would cost more than all else. */
type RareTable = "alias" | "edge";

/** Whether there is anything in the rare tables. */
export class Presence {
  readonly #sql: Statements;
  readonly #known = new Map<RareTable, boolean>();

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** May there be something? Once there was, the answer stays. */
  of(table: RareTable): boolean {
    const known = this.#known.get(table);
    if (known !== undefined) return known;
    const found = this.#sql.get(`select 1 from afterwork_${table} limit 1`) !== undefined;
    this.#known.set(table, found);
    return found;
  }

  /** Something is being put there. */
  note(table: RareTable): void {
    this.#known.set(table, true);
  }

  forget(): void {
    this.#known.clear();
  }
}
