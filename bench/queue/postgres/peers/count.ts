import type { Pool } from "pg";

/** The number that a query counts. */
export async function count(pool: Pool, sql: string): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(sql);
  return Number(rows[0]?.count);
}
