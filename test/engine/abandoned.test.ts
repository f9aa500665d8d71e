import { App, Engine, memory, task } from "afterwork";
import { expect, test } from "vitest";

import { makeGate } from "../behaviour/support/gate.ts";
import { recordLog } from "../behaviour/support/listen.ts";

function makeTrial() {
  const release = makeGate();
  const started = makeGate();
  const aborted = makeGate();
  const stubborn = task("stubborn", { durable: true }, async ({ signal }) => {
    signal.addEventListener("abort", aborted.open);
    started.open();
    await release.passed;
  });
  const polite = task("polite", { durable: true }, async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    signal.throwIfAborted();
  });
  const { log, lines } = recordLog();
  const engine = new Engine({ store: memory(), tasks: [stubborn, polite], grace: "50ms", log });
  return { engine, stubborn, polite, release, started, aborted, log, lines };
}

test("a worker that stops names the tasks that did not", async () => {
  const { engine, stubborn, polite, release, started } = makeTrial();
  const worker = await engine.work();
  const jobs = await engine.enqueueMany([[stubborn], [polite]]);
  await started.passed;
  const stopped = worker.stop({ grace: 0 });
  expect(await stopped).toEqual(["stubborn"]);
  expect(await worker.stop()).toEqual(["stubborn"]);
  expect(await Promise.all(jobs.map((job) => job.status()))).toEqual(["queued", "queued"]);
  release.open();
  await engine.close();
});

test("a function that ends after it was given up is not among them", async () => {
  const { engine, stubborn, release, started, aborted } = makeTrial();
  const worker = await engine.work();
  const job = await engine.enqueue(stubborn);
  await started.passed;
  await job.cancel();
  await aborted.passed;
  expect(await job.result().catch(() => "cancelled")).toBe("cancelled"); // given up, and settled
  release.open();
  expect(await worker.stop()).toEqual([]);
  await engine.close();
});

test("an app that closes names them, and an engine that closes logs them", async () => {
  const first = makeTrial();
  const app = new App({ engine: first.engine, log: first.log, shutdown: { drain: 0, grace: "50ms" } });
  await app.start();
  await first.engine.enqueue(first.stubborn);
  await first.started.passed;
  expect(await app.close()).toEqual(["stubborn"]);
  expect(first.lines.map(({ message }) => message)).toContain("the shutdown abandoned background tasks");

  const second = makeTrial();
  await second.engine.work();
  await second.engine.enqueue(second.stubborn);
  await second.started.passed;
  await second.engine.close({ grace: 0 });
  expect(second.lines).toMatchObject([{ level: "error", fields: { tasks: ["stubborn"] } }]);
});

test.each([[{ hurry: new AbortController() }], [{ hurry: true }], [{ grace: "soon" }]])(
  "worker.stop(%j) is refused",
  async (options) => {
    const { engine } = makeTrial();
    const worker = await engine.work();
    await expect(worker.stop(options as never)).rejects.toThrow("worker.stop: ");
    await engine.close();
  },
);
