/** The OIDs of built-in types, which never change. @see https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat */
const boolOid = 16;
const numberOids: ReadonlySet<number> = new Set([21, 23, 26, 700, 701]);

/**
 * A value as the store gets it from every client: `boolean` and numbers that JavaScript holds exactly as such; everything
 * else, be it a bigint, JSON, a time or an array, as the text that the server sent.
 */
export function readValue(type: number, text: string): unknown {
  if (type === boolOid) return text === "t";
  return numberOids.has(type) ? Number(text) : text;
}
