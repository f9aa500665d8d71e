import assert from "node:assert/strict";
import type { ConformanceArea } from "../conformance-case.ts";

/** A store's beginning and end. */
export const opening: ConformanceArea = {
  name: "open and close",
  cases: [
    {
      name: "the capabilities are complete and sensible",
      async run(trial) {
        const { clock, tx, wake, multiProcess, durability, maxBatch, goodBatch, inOrder, remote } =
          trial.store.capabilities;
        assert.ok(clock === "settable" || clock === "server");
        assert.ok(wake === "process" || wake === "everywhere");
        assert.ok(["none", "process", "power"].includes(durability));
        assert.deepEqual([typeof tx, typeof multiProcess], ["boolean", "boolean"]);
        assert.deepEqual([typeof inOrder, typeof remote], ["boolean", "boolean"]);
        assert.ok(Number.isSafeInteger(maxBatch) && maxBatch >= 100, `maxBatch is ${maxBatch}`);
        assert.ok(goodBatch >= 1 && goodBatch <= maxBatch, `goodBatch is ${goodBatch}`);
      },
    },
    {
      name: "a store that has been opened has nothing left to migrate",
      async run(trial) {
        const plan = await trial.store.migrate({ plan: true });
        assert.deepEqual([plan.to - plan.from, plan.statements], [0, []]);
        const done = await trial.store.migrate();
        assert.deepEqual([done.to - done.from, done.statements], [0, []]);
      },
    },
    {
      name: "closing twice is closing once",
      async run(trial) {
        await trial.store.close();
        await trial.store.close();
      },
    },
    {
      name: "what was called before close is finished first",
      async run(trial) {
        const job = trial.newJob();
        const inserted = trial.store.insert([job]);
        const closed = trial.store.close();
        assert.deepEqual(await inserted, [{ id: job.id, deduplicated: false }]);
        await closed;
      },
    },
    {
      name: "now goes on with the time",
      async run(trial) {
        const before = await trial.now();
        await trial.pass(1);
        assert.ok((await trial.now()) > before);
      },
    },
  ],
};
