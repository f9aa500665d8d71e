import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { makeFolder } from "../../examples/support/running-example.ts";
import { buildNextApp, startNext, type NextServer } from "./support/next-app.ts";

const buildMs = 300_000;
let app = "";
let folder = "";
let server: NextServer;
let url = "";
let notesFile = "";

beforeAll(async () => {
  app = await buildNextApp("test/adapters/next/app");
  // The application is kept, and with it what an earlier run would have noted there.
  folder = await mkdtemp(join(tmpdir(), "afterwork-next-"));
  notesFile = join(folder, "notes.txt");
  server = await startNext(app, { NOTES: notesFile });
  url = `http://127.0.0.1:${server.port}`;
}, buildMs);
afterAll(async () => {
  server.process.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

async function noted(...lines: readonly string[]): Promise<void> {
  await vi.waitFor(async () => {
    const text = await readFile(notesFile, "utf8");
    for (const line of lines) expect(text.split("\n")).toContain(line);
  }, 10_000);
}

async function notedLike(pattern: RegExp): Promise<void> {
  await vi.waitFor(async () => expect(await readFile(notesFile, "utf8")).toMatch(pattern), 10_000);
}

async function neverNoted(line: string): Promise<void> {
  expect(await readFile(notesFile, "utf8")).not.toContain(line);
}

test("a route handler with inputs answers, and its task still has the request's cookies", async () => {
  const response = await fetch(`${url}/items/1?how=`, { headers: { cookie: "a=b" } });
  expect([response.status, await response.json()]).toEqual([200, { id: 1 }]);
  expect(response.headers.get("x-params")).toBe('{"id":"1"}');
  await noted("task of 1: 200, b");
});

test.each([
  [2, "redirect", 307],
  [3, "missing", 404],
] as const)("what Next's functions throw is an answer, not a failure: %i", async (id, how, status) => {
  const response = await fetch(`${url}/items/${id}?how=${how}`, { redirect: "manual" });
  expect(response.status).toBe(status);
  await noted(`task of ${id}: ${status}, undefined`);
  await neverNoted("task of failure");
});

test("invalid input is answered 422", async () => {
  expect((await fetch(`${url}/items/one`)).status).toBe(422);
});

test("a route handler without inputs may add tasks, and answer as Next's do", async () => {
  const posted = await fetch(`${url}/items/9`, { method: "POST" });
  expect([posted.status, await posted.json()]).toEqual([201, { id: "9" }]);
  expect((await fetch(`${url}/items/gone`, { method: "POST" })).status).toBe(404);
  await noted("posted 9", "posted gone");
});

/** Sends a form as browsers do that run no scripts. */
async function submit(form: string, name = ""): Promise<Response> {
  const page = await (await fetch(`${url}/forms`)).text();
  const [, markup = ""] = new RegExp(`<form[^>]*id="${form}"(.*?)</form>`).exec(page) ?? [];
  const [, action = ""] = /name="(\$ACTION_ID_[^"]+)"/.exec(markup) ?? [];
  const body = new FormData();
  body.set(action, "");
  body.set("name", name);
  return fetch(`${url}/forms`, { method: "POST", body, redirect: "manual", headers: { origin: url } });
}

test("a server action is given its inputs before its own arguments; its tasks run after it", async () => {
  expect((await submit("signUp", "Ada")).status).toBe(200);
  await noted("action of 127.0.0.1: true", "session closes", "welcome Ada");
});

test("a server action that redirects has not failed", async () => {
  const response = await submit("moveOn");
  expect([response.status, response.headers.get("location")]).toEqual([303, "/items/7"]);
  await noted("moved on: 307");
  await neverNoted("failed to move on");
});

test("a server action that throws has failed", async () => {
  expect((await submit("fail")).status).toBe(500);
  await noted("task of failure");
  await neverNoted("task of success");
});

test("a server action whose durable task can't be stored throws", async () => {
  expect((await submit("refuse")).status).toBe(500);
  await notedLike(/^refused: StoreUnavailableError/m);
});

test("at a signal the server ends when tasks have ended, with the status of Next", async () => {
  const journals = join(await makeFolder(), "journals.json");
  const own = await startNext(app, { JOURNALS: journals });
  const response = await fetch(`http://127.0.0.1:${own.port}/plays/lengthy?run=last`);
  expect(response.status).toBe(200);
  own.process.kill("SIGTERM");
  expect((await once(own.process, "exit"))[0]).toBe(143);
  const all = JSON.parse(await readFile(journals, "utf8")) as Record<string, readonly { event: string }[]>;
  expect(all["last"]?.map(({ event }) => event)).toEqual(["handler begins", "task ends"]);
});
