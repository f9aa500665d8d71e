import type { Row } from "../database.ts";
import { hasMethods, type UserTransaction } from "./user-transaction.ts";

/** What is used of Prisma. */
interface Prisma {
  $queryRawUnsafe(text: string, ...values: readonly unknown[]): Promise<readonly Row[]>;
}

/** What is read of its errors: what the server said is told by its adapter, in older versions by its engine. */
interface PrismaError {
  readonly code?: unknown;
  readonly meta?: {
    readonly code?: unknown;
    readonly message?: unknown;
    readonly driverAdapterError?: {
      readonly cause?: { readonly originalCode?: unknown; readonly originalMessage?: unknown };
    };
  };
}

export const prisma: UserTransaction<Prisma> = {
  name: "the client that Prisma's $transaction() hands to its callback",
  fits: (tx) => hasMethods(tx, "$queryRawUnsafe"),
  misfit: (tx) => (hasMethods(tx, "$connect") ? "a PrismaClient outside of $transaction()" : undefined),
  async query(tx, text, values) {
    try {
      return await tx.$queryRawUnsafe(text, ...values);
    } catch (error) {
      throw serverError(error as PrismaError);
    }
  },
};

/** Prisma's own messages repeat what was sent. */
function serverError({ code, meta }: PrismaError): Error {
  const { originalCode = meta?.code, originalMessage = meta?.message } = meta?.driverAdapterError?.cause ?? {};
  if (typeof originalCode !== "string") return new Error(`Prisma: ${typeof code === "string" ? code : "no code"}`);
  return Object.assign(new Error(String(originalMessage)), { code: originalCode });
}
