import type { Route } from "./database.ts";
import { type PgPool, type PgRawClient, partsOf } from "./pg.ts";
import { type ConnectionOptions, PooledConnection, takeClient } from "./pooled-connection.ts";

/**
 * What kind of a pooler stands before the server. The key of a connection names the process that serves it, but for a pooler,
 * which hands out keys of its own. In transaction mode, a process that has served one connection serves the transaction of
 * another one next.
 */
export async function poolerBefore(pool: PgPool, options: ConnectionOptions): Promise<Route["pooler"]> {
  const first = await take(pool, options);
  try {
    if (first.key === undefined) return "unknown";
    const process = await first.process();
    if (process === first.key) return "none";
    if ((partsOf(pool).options?.max ?? 1) < 2) return "some";
    const second = await take(pool, options);
    try {
      await second.connection.run("begin");
      const other = await second.process();
      await second.connection.run("rollback");
      return other === process || (await first.process()) !== process ? "transaction" : "some";
    } finally {
      second.connection.giveBack();
    }
  } finally {
    first.connection.giveBack();
  }
}

interface Taken {
  readonly connection: PooledConnection;
  /** The process that its key names. */
  readonly key: number | undefined;
  /** The process that serves it now. */
  process(): Promise<number>;
}

async function take(pool: PgPool, options: ConnectionOptions): Promise<Taken> {
  const taken = await takeClient(pool, options.place, options.timeoutMs);
  const connection = new PooledConnection(pool, taken, options);
  const { processID } = taken.client as PgRawClient;
  return {
    connection,
    key: typeof processID === "number" ? processID : undefined,
    process: async () => Number((await connection.rows("select pg_backend_pid() as pid"))[0]?.["pid"]),
  };
}
