import type { Store } from "afterwork";
import { postgres } from "afterwork/postgres";
import { sqlite } from "afterwork/sqlite";

/** Where jobs are kept: a schema, and the file that does without a server. */
export interface JobPlace {
  readonly schema: string;
  readonly file: string;
}

/** Keeps jobs in the PostgreSQL database of `DATABASE_URL`; where that isn't set, in a file of SQLite. */
export function jobStore({ schema, file }: JobPlace): Store {
  const url = process.env["DATABASE_URL"];
  return url ? postgres(url, { schema }) : sqlite(file);
}
