import type { Row } from "../database.ts";
import { withValues } from "../quote.ts";
import { hasMethods, type UserTransaction } from "./user-transaction.ts";

/** What is used of Drizzle: rows come in a result or as it, as its driver has it. */
interface Drizzle {
  execute(text: string): PromiseLike<readonly Row[] | { readonly rows: readonly Row[] }>;
}

export const drizzle: UserTransaction<Drizzle> = {
  name: "a transaction of Drizzle for PostgreSQL",
  fits: (tx) => hasMethods(tx, "execute", "transaction", "select") && !hasMethods(tx, "executeQuery"),
  misfit(tx) {
    if (!hasMethods(tx, "rollback")) return "a database outside of transaction()";
    return hasMethods(tx, "setTransaction") ? undefined : "one for another database";
  },
  async query(tx, text, values) {
    // Statements with parameters are made by its package alone, so the values go into the text.
    const result = await tx.execute(withValues(text, values));
    return "rows" in result ? result.rows : result;
  },
};
