import { type PGliteQueries, queryPGlite } from "../pglite.ts";
import { hasMethods, type UserTransaction } from "./user-transaction.ts";

export const pglite: UserTransaction<PGliteQueries> = {
  name: "the transaction that PGlite's transaction() hands to its callback",
  fits: (tx) => hasMethods(tx, "query", "exec", "listen"),
  misfit(tx) {
    if (!hasMethods(tx, "rollback")) return "a PGlite itself";
    return tx.closed ? "one that has ended" : undefined;
  },
  query: queryPGlite,
};
