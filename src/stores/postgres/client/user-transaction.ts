import { expected, InvalidOptionError } from "../../../base/options.ts";
import type { Query, Row, Value } from "./database.ts";
import { toFault } from "./faults.ts";
import { drizzle } from "./transactions/drizzle.ts";
import { kysely } from "./transactions/kysely.ts";
import { pgClient } from "./transactions/pg-client.ts";
import { pglite } from "./transactions/pglite.ts";
import { postgresJs } from "./transactions/postgres-js.ts";
import { prisma } from "./transactions/prisma.ts";
import type { UserTransaction } from "./transactions/user-transaction.ts";

const kinds: readonly UserTransaction<unknown>[] = [pgClient, postgresJs, pglite, kysely, drizzle, prisma];
const wanted = `an open transaction: ${kinds.map(({ name }) => name).join(", ")}`;

/**
 * Runs statements inside a transaction of the user's; his commit makes them count. Columns of type `text` come as such; others
 * as his client is set to make them. A statement that fails makes the transaction fail; it is never tried again.
 *
 * @throws {InvalidOptionError} for what is no open transaction of a client that is known.
 */
export function queryIn(tx: unknown): Query {
  const kind = kinds.find((candidate) => candidate.fits(tx));
  if (kind === undefined) throw expected("tx", wanted, tx);
  const misfit = kind.misfit(tx);
  if (misfit !== undefined) throw new InvalidOptionError(`tx: expected ${kind.name}, got ${misfit}`);
  return (text, values = []) => run(kind, { tx, text, values });
}

interface Statement {
  readonly tx: unknown;
  readonly text: string;
  readonly values: readonly Value[];
}

async function run(kind: UserTransaction<unknown>, { tx, text, values }: Statement): Promise<readonly Row[]> {
  try {
    return await kind.query(tx, text, values);
  } catch (error) {
    throw toFault(error, "PostgreSQL, in the transaction given as tx");
  }
}
