import assert from "node:assert/strict";
import { newId } from "../../../base/ids.ts";
import type { ConformanceArea } from "../conformance-case.ts";

/** What running attempts report. */
export const stepsAndEvents: ConformanceArea = {
  name: "steps and events",
  cases: [
    {
      name: "steps come back in the order in which they were recorded, to later attempts too",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        const job = await worker.claimOne();
        const { token } = job;
        const steps = ["b", "a", "c"].map((name) => ({ id, token, kind: "step", name, value: `"${name}"` }) as const);
        assert.deepEqual(await trial.store.record(worker.id, steps), ["applied", "applied", "applied"]);
        await worker.retry(job);
        assert.equal((await worker.claimOne()).hasSteps, true);
        assert.deepEqual(
          await trial.store.loadSteps(id),
          steps.map(({ name, value }) => ({ name, value })),
        );
      },
    },
    {
      name: "a step that is recorded again has its new value, in its old place",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        const { token } = await worker.claimOne();
        const entries = [
          ["a", "1"],
          ["b", "2"],
          ["a", "3"],
        ].map(([name = "", value = ""]) => ({ name, value }));
        await trial.store.record(
          worker.id,
          entries.map((entry) => ({ id, token, kind: "step", ...entry }) as const),
        );
        assert.deepEqual(await trial.store.loadSteps(id), [
          { name: "a", value: "3" },
          { name: "b", value: "2" },
        ]);
      },
    },
    {
      name: "progress is the last that was reported, and stays",
      async run(trial) {
        const id = await trial.insertOne();
        assert.equal("progress" in (await trial.record(id)), false);
        const worker = await trial.worker();
        const job = await worker.claimOne();
        for (const data of ["0.1", "0.9"]) {
          await trial.store.record(worker.id, [{ id, token: job.token, kind: "progress", data }]);
        }
        await worker.succeed(job);
        assert.equal((await trial.record(id)).progress, "0.9");
      },
    },
    {
      name: "events have rising ids and are read on from any of them",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        const { token } = await worker.claimOne();
        await trial.store.record(worker.id, [
          { id, token, kind: "log", data: "one" },
          { id, token, kind: "progress", data: "0.5" },
        ]);
        await trial.store.record(worker.id, [{ id, token, kind: "log", data: "two" }]);
        const events = await trial.store.events(id, 0, 10);
        assert.deepEqual(
          events.map(({ kind, data }) => `${kind} ${data}`),
          ["log one", "progress 0.5", "log two"],
        );
        const ids = events.map((event) => event.id);
        assert.ok(
          ids.every((value, index) => value > (ids[index - 1] ?? 0)),
          ids.join(),
        );
        assert.deepEqual(await trial.store.events(id, ids[0] ?? 0, 1), events.slice(1, 2));
        assert.deepEqual(await trial.store.events(id, ids[2] ?? 0, 10), []);
      },
    },
    {
      name: "the last thousand events are kept",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        const { token } = await worker.claimOne();
        for (let batch = 0; batch < 21; batch += 1) {
          const numbers = Array.from({ length: 100 }, (_, index) => String(batch * 100 + index));
          await trial.store.record(
            worker.id,
            numbers.map((data) => ({ id, token, kind: "log", data }) as const),
          );
        }
        const events = await trial.store.events(id, 0, 5000);
        assert.deepEqual([events.length, events[0]?.data, events.at(-1)?.data], [1000, "1100", "2099"]);
      },
    },
    {
      name: "a lost claim records nothing, entry by entry",
      async run(trial) {
        const [mine, lost] = await trial.insert({}, {});
        const worker = await trial.worker();
        const [job] = await worker.claim();
        const token = job?.token ?? "";
        const answers = await trial.store.record(worker.id, [
          { id: lost ?? "", token: newId(), kind: "step", name: "a", value: "1" },
          { id: mine ?? "", token, kind: "step", name: "a", value: "1" },
          { id: newId(), token, kind: "log", data: "x" },
          { id: lost ?? "", token: newId(), kind: "progress", data: "1" },
        ]);
        assert.deepEqual(answers, ["lost", "applied", "lost", "lost"]);
        assert.deepEqual(await trial.store.loadSteps(lost ?? ""), []);
        assert.deepEqual(await trial.store.events(lost ?? "", 0, 10), []);
        assert.equal((await trial.record(lost ?? "")).progress, undefined);
      },
    },
    {
      name: "a job that has ended records nothing more",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        const job = await worker.claimOne();
        await worker.succeed(job);
        const entry = { id, token: job.token, kind: "log", data: "late" } as const;
        assert.deepEqual(await trial.store.record(worker.id, [entry]), ["lost"]);
      },
    },
    {
      name: "an unknown job has no steps and no events",
      async run(trial) {
        assert.deepEqual(await trial.store.loadSteps(newId()), []);
        assert.deepEqual(await trial.store.events(newId(), 0, 10), []);
        assert.deepEqual(await trial.store.record("nobody", []), []);
      },
    },
  ],
};
