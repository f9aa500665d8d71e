import assert from "node:assert/strict";
import type { ConformanceArea } from "../conformance-case.ts";
import { listen } from "../listening.ts";

/** Hints that something is new. */
export const wake: ConformanceArea = {
  name: "wake",
  cases: [
    {
      name: "a hint that somebody gives reaches who listens",
      async run(trial) {
        const heard = listen(trial);
        for (const topic of ["jobs", "control", "ended"] as const) {
          trial.store.wake(topic);
          await heard.wait(topic);
        }
      },
    },
    {
      name: "storing a job is a hint that something may be claimed, a delayed one too",
      async run(trial) {
        for (const job of [{}, { delayMs: 90 * trial.tick }]) {
          const heard = listen(trial);
          await trial.insertOne(job);
          await heard.wait("jobs");
          heard.stop();
        }
      },
    },
    {
      name: "a hint comes when its job can be claimed, not before",
      async run(trial) {
        const worker = await trial.worker();
        const claimed = new Promise<readonly string[]>((resolve, reject) => {
          const stop = trial.store.onWake((topic) => {
            if (topic !== "jobs") return;
            stop();
            worker.claimIds().then(resolve, reject);
          });
        });
        const id = await trial.insertOne();
        assert.deepEqual(await claimed, [id]);
      },
    },
    {
      name: "the end of a job is a hint, and so is what it lets through",
      async run(trial) {
        const concurrency = { key: "k", limit: 1 };
        await trial.insert({ concurrency }, { concurrency });
        const worker = await trial.worker();
        const job = await worker.claimOne();
        const heard = listen(trial);
        await worker.succeed(job);
        await heard.wait("ended");
        await heard.wait("jobs");
      },
    },
    {
      name: "cancelling a running job, pausing and resuming are hints",
      async run(trial) {
        const id = await trial.insertOne();
        await (await trial.worker()).claimOne();
        const acts = [
          () => trial.store.cancel([id]),
          () => trial.store.setQueue("default", { paused: true }),
          () => trial.store.setQueue("default", { paused: false }),
        ];
        for (const act of acts) {
          const heard = listen(trial);
          await act();
          await heard.wait("control");
          heard.stop();
        }
      },
    },
    {
      name: "who has stopped listening hears nothing, the others still do",
      async run(trial) {
        const [left, stayed] = [listen(trial), listen(trial)];
        left.stop();
        left.stop();
        trial.store.wake("control");
        await stayed.wait("control");
        assert.deepEqual(left.topics, []);
      },
    },
    {
      name: "a listener that throws disturbs neither the call nor other listeners",
      async run(trial) {
        trial.store.onWake(() => {
          throw new Error("as the case wants it");
        });
        const heard = listen(trial);
        const id = await trial.insertOne();
        await heard.wait("jobs");
        assert.equal(await trial.status(id), "queued");
      },
    },
  ],
};
