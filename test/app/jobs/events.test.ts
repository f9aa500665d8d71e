import { describe, expect, test } from "vitest";

import { EventClient, gist, type SentEvent } from "./support/event-client.ts";
import { startJobTrial, type StoreName } from "./support/job-trial.ts";

const step = (number: number): unknown[] => [
  ["progress", { done: number }],
  ["log", `step ${number}`],
];

describe.each<StoreName>(["memory", "sqlite"])("46: the events of a job, from the %s store", (store) => {
  test("tell its status, progress and log lines as they come, and end with its last status", async () => {
    const { url, walk, steps, ask } = await startJobTrial({ store });
    const { id } = await walk(2);
    const client = await EventClient.open(`${url}/jobs/${id}/events`);
    expect(client.response.status).toBe(200);
    expect(client.response.headers.get("content-type")).toBe("text/event-stream");
    await client.untilStatus("running");
    steps[0]?.open();
    expect([await client.next(), await client.next()].map((event) => gist(event as SentEvent))).toEqual(step(1));
    expect((await ask(`/${id}`)).json).toMatchObject({ status: "running", progress: { done: 1 } });
    steps[1]?.open();
    expect((await client.rest()).map(gist)).toEqual([...step(2), ["status", "succeeded"]]);
  });

  test("are told to who comes when it has ended, those of before first", async () => {
    const { url, walk, steps } = await startJobTrial({ store });
    for (const gate of steps) gate.open();
    const job = await walk(3);
    await job.result();
    const client = await EventClient.open(`${url}/jobs/${job.id}/events`);
    const events = await client.rest();
    const logs = [1, 2, 3].map((number) => ["log", `step ${number}`]);
    expect(events.filter(({ event }) => event !== "progress").map(gist)).toEqual([...logs, ["status", "succeeded"]]);
    expect(events.map(gist)).toContainEqual(["progress", { done: 3 }]);
    const ids = events.slice(0, -1).map(({ id }) => Number(id));
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("a client that comes back with the last id, by header or by query, misses nothing and hears nothing twice", async () => {
    const { url, walk, steps } = await startJobTrial({ store });
    const { id } = await walk(10);
    const heard: unknown[] = [];
    let last: string | undefined;
    for (let round = 0; round < 5; round += 1) {
      const query = last === undefined || round % 2 === 0 ? "" : `?lastEventId=${last}`;
      const client = await EventClient.open(`${url}/jobs/${id}/events${query}`, round % 2 === 0 ? last : undefined);
      steps[round * 2]?.open();
      while (heard.length < round * 2 + 1) {
        const event = (await client.next()) as SentEvent;
        last = event.id;
        if (event.event === "log") heard.push(gist(event));
      }
      client.cut();
      steps[round * 2 + 1]?.open(); // happens while nobody listens
    }
    const client = await EventClient.open(`${url}/jobs/${id}/events`, last);
    const events = await client.rest();
    heard.push(...events.filter(({ event }) => event === "log").map(gist));
    expect(heard).toEqual(Array.from({ length: 10 }, (_, index) => ["log", `step ${index + 1}`]));
    expect(gist(events.at(-1) as SentEvent)).toEqual(["status", "succeeded"]);
  });

  test("a browser that comes back after the end is told to come back no more, unless the job was retried", async () => {
    const { url, ask, patient, started } = await startJobTrial({ store });
    const { id } = await patient();
    await started;
    await ask(`/${id}/cancel`, { method: "POST" });
    const end = (await (await EventClient.open(`${url}/jobs/${id}/events`)).untilStatus("cancelled")).id;
    const again = await EventClient.open(`${url}/jobs/${id}/events`, end);
    expect([again.response.status, await again.response.text()]).toEqual([204, ""]);
    expect((await ask(`/${id}/retry`, { method: "POST" })).json).toEqual({ outcome: "retried" });
    const retried = await EventClient.open(`${url}/jobs/${id}/events`, end);
    expect(retried.response.status).toBe(200);
    await retried.untilStatus("running");
  });

  test("who knows a later event than there is, is told the status all the same", async () => {
    const { url, walk, steps } = await startJobTrial({ store });
    steps[0]?.open();
    const job = await walk(1);
    await job.result();
    const client = await EventClient.open(`${url}/jobs/${job.id}/events`, "999999999");
    expect((await client.rest()).map(gist)).toEqual([["status", "succeeded"]]);
  });
});

test("the fields of log lines are details", async () => {
  for (const details of [false, true]) {
    const { url, walk, steps } = await startJobTrial({ details });
    steps[0]?.open();
    const job = await walk(1);
    await job.result();
    const events = await (await EventClient.open(`${url}/jobs/${job.id}/events`)).rest();
    expect(JSON.stringify(events).includes("a token")).toBe(details);
  }
});

test("a header that can't be the id of an event is refused; an empty one counts for none", async () => {
  const { url, echo } = await startJobTrial({ work: false });
  const { id } = await echo(1);
  const refused = await fetch(`${url}/jobs/${id}/events`, { headers: { "last-event-id": "yesterday" } });
  expect([refused.status, await refused.json()]).toMatchObject([
    422,
    { detail: [{ loc: ["header", "last-event-id"], type: "event_id" }] },
  ]);
  const client = await EventClient.open(`${url}/jobs/${id}/events`, "");
  expect(gist((await client.next()) as SentEvent)).toEqual(["status", "queued"]);
});

test("when the client goes, the store is asked no more", async () => {
  const { url, echo, engine } = await startJobTrial({ work: false });
  const { id } = await echo(1);
  let ended = 0;
  const job = engine.job(id);
  const events = job.events.bind(job);
  Object.assign(engine, {
    job: () =>
      Object.assign(job, {
        events: async function* (options: Parameters<typeof events>[0]) {
          try {
            yield* events(options);
          } finally {
            ended += 1;
          }
        },
      }),
  });
  const client = await EventClient.open(`${url}/jobs/${id}/events`);
  await client.untilStatus("queued");
  client.cut();
  await expect.poll(() => ended).toBe(1);
  expect((await fetch(`${url}/jobs/${id}/events`, { method: "HEAD" })).status).toBe(200);
  await expect.poll(() => ended).toBe(2);
});

test("at a shutdown the stream ends, cleanly and at once; what is next is told by another process", async () => {
  const { app, url, echo } = await startJobTrial({ work: false });
  const { id } = await echo(1);
  const client = await EventClient.open(`${url}/jobs/${id}/events`);
  await client.untilStatus("queued");
  const start = performance.now();
  app.beginShutdown();
  expect(await client.rest()).toEqual([]);
  expect(performance.now() - start).toBeLessThan(1_000);
});

test("a job that is removed while somebody listens ends the stream, and is a 404 from then on", async () => {
  const trial = await startJobTrial({ work: false });
  const { id } = await trial.echo(1);
  const client = await EventClient.open(`${trial.url}/jobs/${id}/events`);
  const first = await client.untilStatus("queued");
  // Cancelled and removed before the stream looks again: nobody has seen the end.
  await trial.engine.cancel(id);
  await trial.engine.remove(id);
  await client.rest();
  expect((await EventClient.open(`${trial.url}/jobs/${id}/events`, first.id)).response.status).toBe(404);
  expect(trial.failures).toEqual([]);
});
