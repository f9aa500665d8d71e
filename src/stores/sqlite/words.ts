import type { Statements } from "./statements.ts";

/** More than an application has names of tasks, workers and policies. */
const mostCached = 10_000;

/** Numbers for texts that stand in many rows. A word, once stored, is never changed or removed. */
export class Words {
  readonly #sql: Statements;
  readonly #ids = new Map<string, number>();
  readonly #texts = new Map<number, string>();

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** The number of a text, which is stored if it is new. */
  idOf(text: string): number {
    return this.#ids.get(text) ?? this.#remember(this.find(text) ?? this.#store(text), text);
  }

  /** The number of a text, if it is stored. */
  find(text: string): number | undefined {
    const cached = this.#ids.get(text);
    if (cached !== undefined) return cached;
    const row = this.#sql.get<{ id: number }>("select id from afterwork_word where text = ?", text);
    return row === undefined ? undefined : this.#remember(row.id, text);
  }

  textOf(id: number): string {
    const cached = this.#texts.get(id);
    if (cached !== undefined) return cached;
    const row = this.#sql.get<{ text: string }>("select text from afterwork_word where id = ?", id);
    const text = row?.text ?? "";
    this.#remember(id, text);
    return text;
  }

  /** What was stored since the last commit may not be there any more. */
  forget(): void {
    this.#ids.clear();
    this.#texts.clear();
  }

  #store(text: string): number {
    return Number(this.#sql.prepare("insert into afterwork_word (text) values (?)").run(text).lastInsertRowid);
  }

  #remember(id: number, text: string): number {
    if (this.#ids.size >= mostCached) this.forget();
    this.#ids.set(text, id);
    this.#texts.set(id, text);
    return id;
  }
}
