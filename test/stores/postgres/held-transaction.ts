import type { UserTransaction } from "../../../src/stores/conformance/store-under-test.ts";

/** A transaction of a client that hands it to a callback: it stays open until one of its ends is called. */
export async function holdTransaction<Tx>(
  begin: (work: (tx: Tx) => Promise<void>) => Promise<unknown>,
): Promise<UserTransaction> {
  const begun = Promise.withResolvers<Tx>();
  const end = Promise.withResolvers<void>();
  const rolledBack = new Error("rolled back");
  const whole = begin(async (tx) => {
    begun.resolve(tx);
    await end.promise;
  });
  whole.catch((error: unknown) => begun.reject(error));
  return {
    tx: await begun.promise,
    async commit() {
      end.resolve();
      await whole;
    },
    async rollback() {
      end.reject(rolledBack);
      await whole.catch((error: unknown) => {
        if (error !== rolledBack) throw error;
      });
    },
  };
}
