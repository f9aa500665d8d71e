import { StoreFaultError, memory, type Store } from "afterwork";
import { describe, expect, test } from "vitest";

import { RawConnection } from "../../behaviour/support/raw-connection.ts";
import { startJobTrial, type StoreName } from "./support/job-trial.ts";

describe.each<StoreName>(["memory", "sqlite"])("on the %s store", (store) => {
  test("46: a result is the same before, during and after the end", async () => {
    const { ask, echo, gate, started } = await startJobTrial({ store });
    const { id } = await echo({ answer: 42 });
    await started;
    const early = await ask(`/${id}/result`);
    expect([early.status, early.json, early.headers.get("retry-after")]).toEqual([202, { status: "running" }, "1"]);
    const waiting = [ask(`/${id}/result?wait=30s`), ask(`/${id}/result?wait=1m`)];
    gate.open();
    const ended = { status: "succeeded", result: { answer: 42 } };
    for (const answer of [...(await Promise.all(waiting)), await ask(`/${id}/result`)]) {
      expect([answer.status, answer.json, answer.headers.get("retry-after")]).toEqual([200, ended, null]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    }
  });

  test("a wait that was too short is answered like no wait at all", async () => {
    const { ask, echo, started } = await startJobTrial({ store });
    const { id } = await echo(1);
    await started;
    const { status, json } = await ask(`/${id}/result?wait=20ms`);
    expect([status, json]).toEqual([202, { status: "running" }]);
  });

  test("a job that failed is an answer, not an error of the request", async () => {
    const { ask, fail, failures } = await startJobTrial({ store });
    const { id } = await fail("no mail server");
    const { status, json } = await ask(`/${id}/result?wait=10s`);
    const error = { name: "RangeError", message: "no mail server" };
    expect([status, json]).toEqual([200, { status: "failed", error }]);
    expect(failures).toEqual([]);
  });

  test("so is one that was cancelled", async () => {
    const { ask, echo } = await startJobTrial({ store, work: false });
    const { id } = await echo(1);
    const waiting = ask(`/${id}/result?wait=10s`);
    expect((await ask(`/${id}/cancel`, { method: "POST" })).json).toEqual({ outcome: "cancelled" });
    const { status, json } = await waiting;
    expect([status, json]).toMatchObject([200, { status: "cancelled" }]);
  });

  test("a job that returned nothing has the result null", async () => {
    const { ask, walk } = await startJobTrial({ store });
    const { id } = await walk(0);
    expect((await ask(`/${id}/result?wait=10s`)).json).toEqual({ status: "succeeded", result: null });
  });

  test("a running job is asked to stop, and stops", async () => {
    const { ask, patient, started } = await startJobTrial({ store });
    const { id } = await patient();
    await started;
    const { status, json } = await ask(`/${id}/cancel`, { method: "POST" });
    expect([status, json]).toEqual([200, { outcome: "requested" }]);
    expect((await ask(`/${id}/result?wait=10s`)).json).toMatchObject({ status: "cancelled" });
    expect((await ask(`/${id}/cancel`, { method: "POST" })).json).toEqual({ outcome: "terminal" });
    expect((await ask(`/${id}`)).json).toMatchObject({ status: "cancelled", cancelRequested: true });
  });

  test("a job that failed is retried; one that goes on or has succeeded is not", async () => {
    const { ask, fail, echo, gate } = await startJobTrial({ store });
    const failed = await fail("again");
    await failed.result().catch(() => {});
    expect((await ask(`/${failed.id}/retry`, { method: "POST" })).json).toEqual({ outcome: "retried" });
    await failed.result().catch(() => {});
    expect((await ask(`/${failed.id}`)).json).toMatchObject({ failures: [{}, {}] });
    const echoed = await echo(1);
    const active = await ask(`/${echoed.id}/retry`, { method: "POST" });
    expect([active.status, active.json]).toEqual([409, { outcome: "active", detail: "the job has not ended" }]);
    gate.open();
    await echoed.result();
    const succeeded = await ask(`/${echoed.id}/retry`, { method: "POST" });
    expect([succeeded.status, succeeded.json]).toMatchObject([409, { outcome: "succeeded" }]);
  });
});

test("read-only routes neither cancel nor retry", async () => {
  const { ask, echo } = await startJobTrial({ work: false, readOnly: true });
  const { id } = await echo(1);
  expect((await ask(`/${id}/cancel`, { method: "POST" })).status).toBe(404);
  expect((await ask(`/${id}/retry`, { method: "POST" })).status).toBe(404);
  expect((await ask(`/${id}`)).json).toMatchObject({ status: "queued" });
});

test("a wait ends with its client", async () => {
  const { port, url, echo, engine } = await startJobTrial({ work: false });
  const { id } = await echo(1);
  const job = engine.job(id);
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const result = job.result.bind(job);
  const waiting = Promise.withResolvers<void>();
  Object.assign(engine, {
    job: () =>
      Object.assign(job, {
        result: (options: Parameters<typeof result>[0]) => {
          waiting.resolve();
          const ending = result(options);
          ending.catch(resolve);
          return ending;
        },
      }),
  });
  const client = await RawConnection.open(port);
  client.request("GET", `/jobs/${id}/result?wait=60s`);
  await waiting.promise;
  client.cut();
  expect(await promise).toMatchObject({ message: "the client has gone" });
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

test("a wait ends with a shutdown, whose time is not for waiting", async () => {
  const { app, ask, echo } = await startJobTrial({ work: false });
  const { id } = await echo(1);
  const start = performance.now();
  const waiting = ask(`/${id}/result?wait=60s`);
  await expect.poll(() => app.ready).toBe(true);
  // However far the request has come by now: what begins to wait later does not wait either.
  app.beginShutdown();
  expect((await waiting).status).toBe(202);
  expect(performance.now() - start).toBeLessThan(3_000);
});

test("a store that is down is a 503 on every route, and reported", async () => {
  const trial = await startJobTrial({ store: broken(), work: false });
  const id = "01890a5d-ac96-774b-bcce-b302099a8057";
  const lines = ["", `/${id}`, `/${id}/result`, `/${id}/result?wait=1s`, `/${id}/events`];
  for (const path of lines) {
    const { status, headers, json } = await trial.ask(path);
    expect([path, status, headers.get("retry-after")]).toEqual([path, 503, "1"]);
    expect(json).toEqual({ detail: "Service Unavailable" });
  }
  for (const path of [`/${id}/cancel`, `/${id}/retry`]) {
    expect((await trial.ask(path, { method: "POST" })).status).toBe(503);
  }
  expect(trial.failures.map(({ error }) => error)).toEqual(
    Array.from({ length: 7 }, () => expect.any(StoreFaultError) as unknown),
  );
});

test("an engine that has been closed is a 503 as well", async () => {
  const { ask, engine } = await startJobTrial({ work: false });
  await engine.close();
  expect((await ask("")).status).toBe(503);
  expect((await ask("/01890a5d-ac96-774b-bcce-b302099a8057")).status).toBe(503);
});

/** A store whose disk is gone once it has been opened. */
function broken(): Store {
  const store = memory();
  const fail = (): Promise<never> => Promise.reject(new StoreFaultError("the disk is gone"));
  return Object.assign(store, { get: fail, list: fail, cancel: fail, retry: fail, events: fail });
}
