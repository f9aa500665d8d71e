import { App, depends, header, HTTPException, jobRoutes } from "afterwork";
import { describe, expect, test } from "vitest";

import { faultsOf } from "../openapi-fixture.ts";
import { startJobTrial, type StoreName } from "./support/job-trial.ts";

const nobody = "01890a5d-ac96-774b-bcce-b302099a8057";

describe.each<StoreName>(["memory", "sqlite"])("on the %s store", (store) => {
  test("a job is shown without its arguments, its result and its worker", async () => {
    const { ask, echo, gate } = await startJobTrial({ store });
    const { id, result } = await echo({ password: "hunter2" }).then((job) => ({ id: job.id, result: job.result() }));
    gate.open();
    await result;
    const { status, json, headers } = await ask(`/${id}`);
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(json).toEqual({
      id,
      task: "echo",
      status: "succeeded",
      queue: "default",
      priority: 0,
      attempt: 1,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
      dueAt: expect.any(String) as unknown,
      startedAt: expect.any(String) as unknown,
      finishedAt: expect.any(String) as unknown,
      failures: [],
      parents: [],
      cancelRequested: false,
    });
  });

  test("a job that failed is shown with its errors, without their stacks", async () => {
    const { ask, fail } = await startJobTrial({ store });
    const job = await fail("no mail server");
    await job.result().catch(() => {});
    const error = { name: "RangeError", message: "no mail server" };
    expect((await ask(`/${job.id}`)).json).toMatchObject({
      status: "failed",
      error,
      failures: [{ attempt: 1, error }],
    });
    expect(JSON.stringify((await ask(`/${job.id}`)).json)).not.toMatch(/stack|worker|args/);
  });

  test("details are shown to those who are to see them", async () => {
    const { ask, fail } = await startJobTrial({ store, details: true });
    const job = await fail("no mail server");
    await job.result().catch(() => {});
    const stack = expect.stringContaining("job-trial.ts") as unknown;
    expect((await ask(`/${job.id}`)).json).toMatchObject({
      args: ["no mail server"],
      worker: expect.stringContaining(String(process.pid)) as unknown,
      error: { stack },
      failures: [{ worker: expect.any(String) as unknown, error: { stack } }],
    });
  });

  test("the list goes from page to page, the last job first", async () => {
    const { ask, echo } = await startJobTrial({ store, work: false });
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.unshift((await echo(index)).id);
    const seen: string[] = [];
    let path = "/?limit=2";
    for (;;) {
      const { jobs, cursor } = (await ask(path)).json as { jobs: { id: string }[]; cursor?: string };
      seen.push(...jobs.map(({ id }) => id));
      if (cursor === undefined) break;
      path = `/?limit=2&cursor=${encodeURIComponent(cursor)}`;
    }
    expect(seen).toEqual(ids);
  });

  test("the list knows statuses, tasks and queues", async () => {
    const { ask, echo, fail, walk } = await startJobTrial({ store, work: false });
    const jobs = [await echo(1), await fail("never"), await walk(1)];
    const idsOf = async (query: string): Promise<(string | undefined)[]> =>
      ((await ask(query)).json as { jobs: { id: string }[] }).jobs.map(({ id }) => id);
    expect(await idsOf("")).toEqual(jobs.map(({ id }) => id).toReversed());
    expect(await idsOf("?task=fail")).toEqual([jobs[1]?.id]);
    expect(await idsOf("?queue=walks&status=queued")).toEqual([jobs[2]?.id]);
    expect(await idsOf("/?status=failed")).toEqual([]);
    expect(await idsOf("/?task=unheard-of")).toEqual([]);
  });

  test.each([
    ["/?limit=0", "limit"],
    ["/?limit=1001", "limit"],
    ["/?limit=ten", "limit"],
    ["/?limit=1&limit=2", "limit"],
    ["/?status=pending", "status"],
    ["/?status=", "status"],
    ["/?status=Failed", "status"],
    ["/?task=", "task"],
    ["/?queue=", "queue"],
    ["/?cursor=", "cursor"],
    ["/?cursor=abc", "cursor"],
    ["/?cursor=-1", "cursor"],
    ["/?cursor=1e3", "cursor"],
    ["/?cursor=99999999999999999999", "cursor"],
    ["/?cursor=%27%3B%20DROP", "cursor"],
    [`/${nobody}/result?wait=10`, "wait"],
    [`/${nobody}/result?wait=-1s`, "wait"],
    [`/${nobody}/result?wait=61s`, "wait"],
    [`/${nobody}/result?wait=`, "wait"],
    [`/${nobody}/events?lastEventId=abc`, "lastEventId"],
    [`/${nobody}/events?lastEventId=-1`, "lastEventId"],
    [`/${nobody}/events?lastEventId=1:succeeded:2`, "lastEventId"],
  ])("GET %s → 422 for %s", async (path, name) => {
    const trial = await startJobTrial({ store });
    const { status, json } = await trial.ask(path);
    expect(status).toBe(422);
    expect(json).toMatchObject({ detail: [{ loc: ["query", name] }] });
    await trial.expectUntouched();
  });

  test.each(["1", "x".repeat(5_000), "..%2F..%2Fetc", "%00", `${nobody}x`, nobody.replaceAll("-", ""), "null", nobody])(
    "the id %s is unknown, whatever is asked of it",
    async (id) => {
      const trial = await startJobTrial({ store });
      for (const [method, path] of [
        ["GET", ""],
        ["HEAD", ""],
        ["GET", "/result"],
        ["GET", "/result?wait=1s"],
        ["GET", "/events"],
        ["HEAD", "/events"],
        ["POST", "/cancel"],
        ["POST", "/retry"],
      ] as const) {
        const answer = await trial.ask(`/${id}${path}`, { method });
        expect([method, path, answer.status]).toEqual([method, path, 404]);
        if (method !== "HEAD") expect(answer.json).toEqual({ detail: "there is no such job, or no longer" });
      }
      await trial.expectUntouched();
    },
  );

  test("HEAD answers as GET does, without a body", async () => {
    const { ask, echo, url } = await startJobTrial({ store, work: false });
    const { id } = await echo(1);
    for (const path of ["", `/${id}`, `/${id}/result`, `/${id}/events`]) {
      const response = await fetch(`${url}/jobs${path}`, { method: "HEAD" });
      expect([path, response.status]).toEqual([path, path.endsWith("result") ? 202 : 200]);
      expect(await response.text()).toBe("");
    }
    expect((await ask(`/${id}`)).status).toBe(200);
  });
});

test("an id may be written in capitals", async () => {
  const { ask, echo } = await startJobTrial({ work: false });
  const { id } = await echo(1);
  expect((await ask(`/${id.toUpperCase()}`)).json).toMatchObject({ id });
});

test("a guard among the shared inputs is asked before anything else, on every route", async () => {
  const guard = depends.guard({ token: header("x-token") }, ({ token }) => {
    if (token !== "secret") throw new HTTPException(403, "Forbidden");
  });
  const { engine } = await startJobTrial();
  const app = new App().include("/jobs", jobRoutes(engine, { inputs: { guard } }));
  const paths = ["/jobs", "/jobs/1", "/jobs/1/result", "/jobs/1/events", "POST /jobs/1/cancel", "POST /jobs/1/retry"];
  for (const line of paths) {
    const [method, path] = line.startsWith("POST") ? ["POST", line.slice(5)] : ["GET", line];
    const ask = async (token: string): Promise<number> =>
      (await app.fetch(new Request(`http://x${path}`, { method, headers: { "x-token": token } }))).status;
    expect([line, await ask("wrong")]).toEqual([line, 403]);
    expect([line, await ask("secret")]).toEqual([line, line === "/jobs" ? 200 : 404]);
  }
});

test("the documentation describes the routes and what they take and answer", async () => {
  const { app, engine } = await startJobTrial();
  const { paths, components } = app.openapi();
  expect(await faultsOf(app.openapi())).toEqual([]);
  expect(Object.keys(paths).filter((path) => path.startsWith("/jobs"))).toEqual([
    "/jobs",
    "/jobs/{id}",
    "/jobs/{id}/result",
    "/jobs/{id}/events",
    "/jobs/{id}/cancel",
    "/jobs/{id}/retry",
  ]);
  const list = paths["/jobs"]?.get;
  expect(list?.tags).toEqual(["jobs"]);
  expect(list?.parameters?.map(({ name, required }) => [name, required])).toEqual([
    ["status", false],
    ["task", false],
    ["queue", false],
    ["limit", false],
    ["cursor", false],
  ]);
  expect(Object.keys(paths["/jobs/{id}"]?.get?.responses ?? {})).toEqual(["200", "404", "422", "503"]);
  expect(paths["/jobs/{id}"]?.get?.parameters).toEqual([
    { name: "id", in: "path", required: true, schema: { type: "string", format: "uuid" } },
  ]);
  expect(Object.keys(components?.schemas ?? {})).toEqual(
    expect.arrayContaining(["Job", "JobPage", "JobResult", "JobError", "JobFailure", "JobCancelled", "JobRetried"]),
  );
  expect(Object.keys(components?.schemas ?? {}).filter((name) => /\d/.test(name))).toEqual([]);
  const readOnly = new App().include("/jobs", jobRoutes(engine, { readOnly: true, tags: ["work"] })).openapi();
  expect(Object.keys(readOnly.paths)).toEqual(["/jobs", "/jobs/{id}", "/jobs/{id}/result", "/jobs/{id}/events"]);
  expect(readOnly.paths["/jobs"]?.get?.tags).toEqual(["work"]);
});

test("what is no engine, and an option that does not exist, are refused at once", async () => {
  const { engine } = await startJobTrial();
  expect(() => jobRoutes({} as never)).toThrow("jobRoutes: expected an engine, got an object");
  expect(() => jobRoutes(undefined as never)).toThrow("expected an engine, got undefined");
  expect(() => jobRoutes(engine, { readonly: true } as never)).toThrow('did you mean "readOnly"?');
});
