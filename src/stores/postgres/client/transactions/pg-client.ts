import { InvalidOptionError } from "../../../../base/options.ts";
import type { Row, Value } from "../database.ts";
import { sqlStateOf } from "../faults.ts";
import { type PgClient, plainTypes } from "../pg.ts";
import { hasMethods, type UserTransaction } from "./user-transaction.ts";

/** A client that may know what the server said of its transaction: newer versions of pg do. */
type Client = PgClient & { getTransactionStatus?(): unknown };

const none = "one without a transaction; await BEGIN on it first";

export const pgClient: UserTransaction<Client> = {
  name: "a client of pg after BEGIN",
  fits: (tx) => hasMethods(tx, "query", "on", "escapeLiteral"),
  misfit: (tx) => (tx.getTransactionStatus !== undefined && !isOpen(tx) ? none : undefined),
  async query(tx, text, values) {
    if (tx.getTransactionStatus === undefined) await checkOnServer(tx);
    return rows(tx, text, values);
  },
};

function isOpen(tx: Client): boolean {
  const status = tx.getTransactionStatus?.();
  return status === "T" || status === "E";
}

/** Only the server knows: outside of a transaction it refuses a savepoint. Its times don't tell, for they differ there too. */
async function checkOnServer(tx: Client): Promise<void> {
  try {
    await tx.query({ text: "savepoint afterwork; release savepoint afterwork" });
  } catch (error) {
    if (sqlStateOf(error) === "25P01") throw new InvalidOptionError(`tx: expected ${pgClient.name}, got ${none}`);
    throw error;
  }
}

async function rows(tx: Client, text: string, values: readonly Value[]): Promise<readonly Row[]> {
  return (await tx.query({ text, values: [...values], types: plainTypes })).rows;
}
