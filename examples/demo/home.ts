import { join } from "node:path";

import type { Store } from "afterwork";

import { jobStore } from "../surroundings/job-store.ts";

/** Where a server of the demo keeps its files and its jobs. */
export interface Home {
  readonly folder: string;
  /** In the database of `DATABASE_URL`, if that is set. */
  readonly schema: string;
}

/** The home, inside of another one, of the server that is killed. */
export function crashHomeIn({ folder, schema }: Home): Home {
  return { folder: join(folder, "crash"), schema: `${schema}_crash` };
}

export function storeIn({ folder, schema }: Home): Store {
  return jobStore({ schema, file: join(folder, "jobs.db") });
}

/** As in “with its jobs in …”. */
export function describeStore({ schema }: Home): string {
  return process.env["DATABASE_URL"] ? `PostgreSQL, in the schema ${schema}` : "a file of SQLite";
}
