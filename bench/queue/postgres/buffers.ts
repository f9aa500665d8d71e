import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "pg";

const pagesSql = `
  select sum(heap_blks_hit + heap_blks_read + coalesce(idx_blks_hit + idx_blks_read, 0)
    + coalesce(toast_blks_hit + toast_blks_read, 0) + coalesce(tidx_blks_hit + tidx_blks_read, 0)) as pages
  from pg_statio_user_tables`;

const othersSql = `
  select count(*) as others from pg_stat_activity
  where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`;

/**
 * How many pages of tables and indexes have been looked at in this database so far, from memory or not. A backend counts for
 * itself, and only has to tell when it ends: so this waits until all others have.
 */
export async function pagesRead(pool: Pool): Promise<number> {
  for (;;) {
    const { rows } = await pool.query<{ others: string }>(othersSql);
    if (rows[0]?.others === "0") break;
    await sleep(20);
  }
  const { rows } = await pool.query<{ pages: string | null }>(pagesSql);
  return Number(rows[0]?.pages ?? 0);
}

const tablesSql = `select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables`;

/** Keeps autovacuum from looking at pages too. */
export async function withoutAutovacuum(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(tablesSql);
  for (const { name } of rows) await pool.query(`alter table ${name} set (autovacuum_enabled = off)`);
}
