import { type PostgresJsSql, rowsOf, statement } from "../postgres-js.ts";
import { hasMethods, type UserTransaction } from "./user-transaction.ts";

export const postgresJs: UserTransaction<PostgresJsSql> = {
  name: "the sql that postgres.js's begin() hands to its callback",
  fits: (tx) => typeof tx === "function" && hasMethods(tx, "unsafe", "typed"),
  misfit: (tx) => (hasMethods(tx, "savepoint") ? undefined : "an sql outside of begin()"),
  query: async (tx, text, values) => rowsOf(await statement(tx, text, values)),
};
