import type { Clock } from "../../../src/base/clock.ts";
import type { Store } from "../../../src/stores/contract/store.ts";
import { postgres } from "../../../src/stores/postgres/postgres.ts";

/** Something that statements can be run on, beside the store. */
export interface Bystander {
  /** Several statements, without parameters. */
  run(text: string): Promise<unknown>;
}

/**
 * Stores in one schema, one after the other, each of them empty, whose time is that of a clock: the function that tells the
 * time of the schema is replaced by one that reads it in a table, and before each call the clock's time is written there. A
 * case so costs no migration, and no waiting.
 */
export class ClockedStores {
  readonly #bystander: Bystander;
  readonly #connection: Parameters<typeof postgres>[0];
  readonly #schema: string;
  #isNew = true;

  constructor(connection: Parameters<typeof postgres>[0], bystander: Bystander, schema: string) {
    this.#connection = connection;
    this.#bystander = bystander;
    this.#schema = schema;
  }

  /** The next one. */
  next(clock: Clock): Store {
    const store = postgres(this.#connection, { schema: this.#schema });
    const pending = new Set<Promise<unknown>>();
    const capabilities = { ...store.capabilities, clock: "settable" };
    return new Proxy(store, {
      get: (_, name) => {
        const value: unknown = Reflect.get(store, name);
        if (name === "capabilities") return capabilities;
        if (typeof value !== "function") return value;
        if (name === "open") return () => this.#open(store, clock);
        if (name === "close") return () => Promise.allSettled(pending).then(() => store.close());
        if (untimed.has(name)) return value.bind(store) as unknown;
        return (...args: readonly unknown[]) => {
          const call = this.#setTime(clock).then(() => Reflect.apply(value, store, args) as unknown);
          pending.add(call);
          return call;
        };
      },
    });
  }

  async #open(store: Store, clock: Clock): Promise<void> {
    await store.open();
    if (this.#isNew) await this.#bystander.run(replaceTime(this.#schema));
    else await this.#bystander.run(emptyTables(this.#schema));
    this.#isNew = false;
    await this.#setTime(clock);
  }

  async #setTime(clock: Clock): Promise<void> {
    await this.#bystander.run(`update "${this.#schema}".test_clock set ms = ${clock.now()} where ms <> ${clock.now()}`);
  }
}

const untimed: ReadonlySet<string | symbol> = new Set(["migrate", "wake", "onWake"]);

function replaceTime(schema: string): string {
  return `create table "${schema}".test_clock (ms bigint not null);
    insert into "${schema}".test_clock values (0);
    create or replace function "${schema}".now_ms() returns bigint language plpgsql as
      $$ begin return (select ms from "${schema}".test_clock); end $$`;
}

/** A statement that leaves nothing in a schema but its layout. */
export function emptyTables(schema: string): string {
  return `do $$ declare name text; begin
    for name in select tablename from pg_tables where schemaname = '${schema}' and tablename not in ('meta', 'test_clock') loop
      execute format('delete from %I.%I', '${schema}', name);
    end loop;
  end $$`;
}
