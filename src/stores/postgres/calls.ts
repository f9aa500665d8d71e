import type { Database, Row, Value } from "./client/database.ts";
import { quoteName } from "./client/quote.ts";
import { stableName } from "./stable-name.ts";

/** Calls the functions of a schema; knows which of these calls are under way. */
export class Calls {
  readonly #database: Database;
  readonly #schema: string;
  readonly #texts = new Map<string, string>();
  readonly #names = new Map<string, string>();
  readonly #pending = new Set<Promise<unknown>>();

  constructor(database: Database, schema: string) {
    this.#database = database;
    this.#schema = schema;
  }

  /** The rows that a function answers. */
  rows(name: string, ...values: readonly Value[]): Promise<readonly Row[]> {
    const text = this.text(name, values.length);
    const call = this.#database.query(text, values, this.#nameOf(text));
    this.#pending.add(call);
    const forget = (): void => void this.#pending.delete(call);
    call.then(forget, forget);
    return call;
  }

  /** The statement that calls a function. */
  text(name: string, parameters: number): string {
    const known = this.#texts.get(name);
    if (known !== undefined) return known;
    const list = Array.from({ length: parameters }, (_, index) => `$${index + 1}`).join(", ");
    const text = `select * from ${quoteName(this.#schema)}.${name}(${list})`;
    this.#texts.set(name, text);
    return text;
  }

  /** By their text, so that through a pooler nobody runs another statement under this name. */
  #nameOf(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const name = stableName(text);
    this.#names.set(text, name);
    return name;
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }
}
