import type { Row, Value } from "./database.ts";
import { readValue } from "./values.ts";

/** What is used of a result of PGlite. */
export interface PGliteResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** What is used of PGlite, and of its transactions. */
export interface PGliteQueries {
  query(text: string, values?: never[], options?: object): Promise<unknown>;
  exec(text: string, options?: object): Promise<unknown>;
  readonly closed: boolean;
}

/** What is used of PGlite itself. */
export interface PGliteRoot extends PGliteQueries {
  transaction(work: (tx: PGliteQueries) => Promise<unknown>): Promise<unknown>;
  onNotification(listener: (channel: string, payload: string) => void): () => void;
}

/**
 * The types for which PGlite converts values: boolean, bytea, bigint, integers, text, JSON, floats, times, numeric, uuid,
 * regclass, and arrays of them.
 */
const convertedOids: readonly number[] = [
  16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 114, 700, 701, 790, 1042, 1043, 1082, 1083, 1114, 1184, 1266, 1700, 2205,
  2950, 3802, 199, 1000, 1001, 1002, 1003, 1005, 1007, 1008, 1009, 1014, 1015, 1016, 1021, 1022, 1028, 1115, 1182, 1183,
  1185, 1231, 2951, 3807,
];

const options = {
  parsers: byOid((oid) => (text: string) => readValue(oid, text)),
  serializers: byOid(() => (value: Value) => String(value)),
};

/** The rows of one statement, or of the last of several without values. */
export async function queryPGlite(db: PGliteQueries, text: string, values: readonly Value[]): Promise<readonly Row[]> {
  if (values.length > 0) return ((await db.query(text, values as never[], options)) as PGliteResult).rows;
  const results = (await db.exec(text, options)) as readonly PGliteResult[];
  return results.at(-1)?.rows ?? [];
}

function byOid<Convert>(convert: (oid: number) => Convert): Readonly<Record<number, Convert>> {
  return Object.fromEntries(convertedOids.map((oid) => [oid, convert(oid)]));
}
