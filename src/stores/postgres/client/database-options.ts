import type { ListenPace } from "./listen-session.ts";

/** How a database is reached. */
export interface DatabaseOptions {
  /** Where to listen, if not where statements go: a direct connection beside a pooler in transaction mode. */
  readonly listenUrl?: string;
  readonly listen: boolean;
  /** How long one statement may take, with the wait for a connection. In milliseconds. */
  readonly timeoutMs: number;
  /** What own connections are called in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly pace: ListenPace;
}
