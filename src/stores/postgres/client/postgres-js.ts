import type { Row, Value } from "./database.ts";
import { lateFault, toFault } from "./faults.ts";
import { readValue } from "./values.ts";
import { within } from "./within.ts";

/** What is used of a result: raw rows, and what their columns are. */
export interface PostgresJsResult extends ReadonlyArray<readonly (Uint8Array | null)[]> {
  readonly command?: string;
  readonly columns?: readonly { readonly name: string; readonly type: number }[];
}

/** What is used of a query: it is sent when it is awaited. */
export interface PostgresJsQuery extends PromiseLike<unknown> {
  cancel(): unknown;
}

/** What is used of every `sql` of postgres.js, that of a transaction included. */
export interface PostgresJsSql {
  unsafe(text: string, values?: never[], options?: { prepare?: boolean }): PostgresJsQuery & { raw(): PostgresJsQuery };
  typed(value: never, type: number): unknown;
}

/** The `sql` that `postgres()` returns. */
export interface PostgresJsRoot extends PostgresJsSql {
  readonly options: object;
  begin(work: (sql: PostgresJsSql) => Promise<unknown>): Promise<unknown>;
  end(options?: { timeout?: number }): Promise<void>;
}

/**
 * The type that the protocol calls `unknown`: the server infers what it is. Else postgres.js asks the server for the type
 * and converts by it, which would turn a text of JSON into a string of JSON.
 */
const unknownOid = 705;

/** One statement, not sent yet. Its rows come raw, so that neither parsers nor transforms of the user change them. */
export function statement(sql: PostgresJsSql, text: string, values: readonly Value[]): PostgresJsQuery {
  if (values.length === 0) return sql.unsafe(text).raw();
  const typed = values.map((value) => (value === null ? null : sql.typed(String(value) as never, unknownOid)));
  // A prepared statement spares a round trip for the parameters' types. Where users turn it off, it stays off.
  return sql.unsafe(text, typed as never[], { prepare: true }).raw();
}

/** A statement, and where it is to be run. */
export interface Statement {
  readonly sql: PostgresJsSql;
  readonly text: string;
  readonly values: readonly Value[];
}

/** The rows of a statement that is given a bounded time, and cancelled after that. */
export async function runStatement(
  { sql, text, values }: Statement,
  place: string,
  timeoutMs: number,
): Promise<readonly Row[]> {
  const running = statement(sql, text, values);
  const late = (): Error => {
    // Whether that reaches the server, nobody learns.
    void Promise.resolve(running.cancel()).catch(() => {});
    return lateFault(place, `a statement was not answered within ${timeoutMs} ms, the wait for a connection included`);
  };
  try {
    return rowsOf(await within(timeoutMs, running, late));
  } catch (error) {
    throw toFault(error, place);
  }
}

/** The rows of a result, or of the last of several. */
export function rowsOf(result: unknown): readonly Row[] {
  const last = lastOf(result);
  const columns = (last.columns ?? []).map(({ name, type }) => ({ name: plainName(name), type }));
  return [...last].map((cells) =>
    Object.fromEntries(columns.map(({ name, type }, at) => [name, read(cells[at], type)])),
  );
}

/** Several statements give an array of results, which has no columns of its own. */
function lastOf(result: unknown): PostgresJsResult {
  const results = result as readonly PostgresJsResult[];
  return ("columns" in results ? results : (results.at(-1) ?? results)) as PostgresJsResult;
}

function read(bytes: Uint8Array | null | undefined, type: number): unknown {
  return bytes == null ? null : readValue(type, Buffer.from(bytes).toString());
}

/** `run_at` again, when the user's transform has made `runAt`, `RunAt` or `run-at` of it. */
function plainName(name: string): string {
  return name
    .replaceAll("-", "_")
    .replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`)
    .toLowerCase();
}
