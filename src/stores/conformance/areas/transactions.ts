import assert from "node:assert/strict";
import { userTransactions, type ConformanceArea } from "../conformance-case.ts";

/** Jobs that are inserted in a transaction of the user's own. */
export const transactions: ConformanceArea = {
  name: "transactions",
  cases: [
    {
      name: "a job is there when its transaction has committed, not before",
      needs: userTransactions,
      async run(trial) {
        const { tx, commit } = await trial.begin();
        const job = trial.newJob();
        assert.deepEqual(await trial.store.insert([job], tx), [{ id: job.id, deduplicated: false }]);
        await commit();
        assert.equal(await trial.status(job.id), "queued");
        assert.deepEqual(await (await trial.worker()).claimIds(), [job.id]);
      },
    },
    {
      name: "a job is gone with its transaction, and its unique key is free",
      needs: userTransactions,
      async run(trial) {
        const { tx, rollback } = await trial.begin();
        const unique = { key: "k", onConflict: "reject" } as const;
        const job = trial.newJob({ unique });
        await trial.store.insert([job], tx);
        await rollback();
        assert.equal(await trial.status(job.id), undefined);
        assert.equal((await trial.answerTo({ unique })).deduplicated, false);
      },
    },
    {
      name: "several inserts in one transaction commit together",
      needs: userTransactions,
      async run(trial) {
        const { tx, commit } = await trial.begin();
        const parent = trial.newJob();
        const child = trial.newJob({ parents: [parent.id] });
        await trial.store.insert([parent], tx);
        await trial.store.insert([child], tx);
        await commit();
        assert.deepEqual(await trial.statuses([parent.id, child.id]), ["queued", "waiting"]);
      },
    },
    {
      name: "what is no transaction is refused, and nothing is stored",
      async run(trial) {
        const job = trial.newJob();
        await assert.rejects(trial.store.insert([job], { no: "transaction" }));
        assert.equal(await trial.status(job.id), undefined);
      },
    },
  ],
};
