import type { Row } from "../database.ts";
import { hasMethods, type UserTransaction } from "./user-transaction.ts";

/** What is used of Kysely. */
interface Kysely {
  readonly isTransaction: boolean;
  readonly isCommitted?: boolean;
  readonly isRolledBack?: boolean;
  executeQuery(query: object): Promise<{ readonly rows: readonly Row[] }>;
}

export const kysely: UserTransaction<Kysely> = {
  name: "a Transaction of Kysely",
  fits: (tx) => hasMethods(tx, "executeQuery", "selectFrom"),
  misfit(tx) {
    if (!tx.isTransaction) return "a Kysely outside of transaction()";
    return tx.isCommitted === true || tx.isRolledBack === true ? "one that has ended" : undefined;
  },
  async query(tx, text, values) {
    const { rows } = await tx.executeQuery(compiled(text, values));
    return rows;
  },
};

/** What `CompiledQuery.raw` of Kysely makes. */
function compiled(text: string, values: readonly unknown[]): object {
  const query = { kind: "RawNode", sqlFragments: [text], parameters: [] };
  return { sql: text, parameters: values, query, queryId: { queryId: "afterwork" } };
}
