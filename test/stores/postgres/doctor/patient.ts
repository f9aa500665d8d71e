import { onTestFinished } from "vitest";

import type { Finding } from "../../../../src/stores/contract/finding.ts";
import { type Connection, databaseOf } from "../../../../src/stores/postgres/client/database-of.ts";
import type { Database } from "../../../../src/stores/postgres/client/database.ts";
import { defaultPace } from "../../../../src/stores/postgres/client/listen-session.ts";
import type { Limits } from "../../../../src/stores/postgres/doctor/check.ts";
import { diagnose } from "../../../../src/stores/postgres/doctor/diagnose.ts";
import { migrate } from "../../../../src/stores/postgres/migrate.ts";
import { databaseUrl, dropSchema, newSchemaName } from "../server.ts";

/** What is examined, and how. */
export interface Examination {
  readonly connection?: Connection;
  readonly schema: string;
  readonly migrates?: boolean;
  readonly listenUrl?: string;
  readonly listens?: boolean;
  readonly limits?: Partial<Limits>;
}

/** All that is found. */
export async function examine(examination: Examination): Promise<readonly Finding[]> {
  const { connection = databaseUrl, schema, migrates = true, listens = false, listenUrl, limits } = examination;
  const database = await open(connection, { listens, ...(listenUrl === undefined ? {} : { listenUrl }) });
  try {
    return await diagnose({ database, schema, migrates, listens }, limits);
  } finally {
    await database.close();
  }
}

/** What one check finds. */
export async function findings(check: string, examination: Examination): Promise<readonly Finding[]> {
  return (await examine(examination)).filter((finding) => finding.check === check);
}

/** A schema that has been migrated. It goes when the test ends. */
export async function newSchema(url = databaseUrl): Promise<string> {
  const schema = newSchemaName();
  if (url === databaseUrl) onTestFinished(() => dropSchema(schema));
  const database = await open(url, { listens: false });
  await migrate(database, schema);
  await database.close();
  return schema;
}

function open(
  connection: Connection,
  { listens, ...rest }: { readonly listens: boolean; readonly listenUrl?: string },
): Promise<Database> {
  return databaseOf(connection, { listen: listens, pace: { ...defaultPace, answerMs: 1_000 }, ...rest });
}
