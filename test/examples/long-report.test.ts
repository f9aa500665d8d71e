import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { jobRoutes } from "afterwork";
import { expect, test } from "vitest";

import { router } from "../../examples/long-report/router.ts";
import * as tasks from "../../examples/long-report/tasks.ts";
import { openExample, type DurableExample } from "./support/durable-example.ts";

interface Source {
  /** The months that it was asked for. */
  readonly asked: number[];
  /** It fails once, for this month. */
  failsAt: number;
}

async function open(): Promise<DurableExample & { readonly source: Source }> {
  const source: Source = { asked: [], failsAt: 0 };
  const example = await openExample(router, {
    tasks,
    schedules: [tasks.nightly],
    include: (app, engine) => app.include("/jobs", jobRoutes(engine)),
  });
  const ofMonth = async (_year: number, month: number): Promise<number> => {
    source.asked.push(month);
    if (month !== source.failsAt) return month;
    source.failsAt = 0;
    throw new Error("the source is down");
  };
  example.client.override(tasks.sales, () => ({ ofMonth }));
  return { ...example, source };
}

const months = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

test("it pauses without holding a slot, and goes on where it was", async () => {
  const { client, folder, source } = await open();
  const response = await client.post("/years/2026/report");
  const { job } = response.json<{ job: string }>();
  expect(response.headers.get("location")).toBe(`/jobs/${job}`);
  expect(source.asked).toEqual([1, 2, 3, 4, 5, 6]);
  expect((await client.get(`/jobs/${job}`)).json()).toMatchObject({
    status: "scheduled",
    progress: { done: 6, of: 12 },
  });

  await client.advance("1s");
  expect(source.asked).toEqual(months);
  const result = (await client.get(`/jobs/${job}/result`)).json();
  expect(result).toEqual({ status: "succeeded", result: { year: 2026, total: 78 } });
  expect(JSON.parse(await readFile(join(folder, "years", "2026.json"), "utf8"))).toMatchObject({ total: 78 });
});

test("a later attempt asks for nothing that an earlier one was told", async () => {
  const { client, source } = await open();
  source.failsAt = 9;
  await client.post("/years/2026/report");
  await client.advance("1m");
  expect(source.asked).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10, 11, 12]);
  expect((await client.jobs())[0]).toMatchObject({ status: "succeeded", attempt: 2 });
});

test("its progress can be followed as server-sent events", async () => {
  const { client } = await open();
  const { job } = (await client.post("/years/2026/report")).json<{ job: string }>();
  await client.advance("1s");
  const events = (await client.get(`/jobs/${job}/events`)).text();
  const progress = [...events.matchAll(/^event: progress$[^]*?"done":(\d+)/gm)].map(([, done]) => Number(done));
  expect(progress).toEqual(months);
  expect(events).toContain("the report of 2026 is written");
  expect(events.trim()).toMatch(/event: status[^]*"status":"succeeded"}$/);
});

test("every night it is ordered for the year that it is", async () => {
  const { client } = await open();
  await client.advance("25h");
  const job = await client.assertEnqueued(tasks.reportYear, new Date().getFullYear());
  expect(job.status).toBe("succeeded");
});
