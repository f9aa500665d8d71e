import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, expect, test } from "vitest";

import { describeWith } from "../../support/service.ts";
import { Client } from "../contract/client.ts";
import { RunningSite } from "../contract/running-site.ts";
import { workers } from "./programs.ts";
import { serviceOf } from "./run-fixture.ts";

const startTimeoutMs = 120_000;

const boundary = "afterwork";
const form = [
  `--${boundary}`,
  'content-disposition: form-data; name="paper"; filename="a.txt"',
  "content-type: text/plain",
  "",
  "hello",
  `--${boundary}--`,
  "",
].join("\r\n");

/** Runs a worker of the fixtures for the tests of a suite. */
function useWorker(name: string): () => Client {
  const fixture = fileURLToPath(new URL(`fixtures/${name}.ts`, import.meta.url));
  const runtime = { ...workers, command: () => workers.command(fixture) };
  let site: RunningSite | undefined;
  beforeAll(async () => {
    site = await RunningSite.start({ adapter: name, runtime, deviations: [] });
  }, startTimeoutMs);
  afterAll(() => site?.end());
  return () => new Client(site?.port ?? 0);
}

describeWith(serviceOf(workers), "an app on Cloudflare Workers", () => {
  const client = useWorker("worker");

  test("a handler whose client has gone ends, and its task runs", async () => {
    const run = client().newRun();
    const request = client().begin(`/plays/slow?run=${run}`);
    request.on("error", () => {});
    await client().entryOf(run, "handler begins");
    request.destroy();
    expect(await client().until(run, "task")).toEqual(["handler begins", "handler ends", "task"]);
  });

  test("a task waits for middleware that takes its time, and puts another body in the place of the handler's", async () => {
    const run = client().newRun();
    expect((await client().play(run, "lingering")).text).toBe("in the place of what the handler answered");
    expect(await client().until(run, "task")).toEqual(["middleware ends", "task"]);
  });

  test("a task reads an uploaded file", async () => {
    const run = client().newRun();
    const headers = { "content-type": `multipart/form-data; boundary=${boundary}` };
    const { text } = await client().play(run, "upload", { method: "POST", headers, body: form });
    expect(text).toBe('{"filename":"a.txt"}');
    await client().entryOf(run, "task reads hello");
  });

  test("`serve` is refused with what serves there", async () => {
    const { text } = await client().play(client().newRun(), "serve");
    expect(text).toContain("expected Node, got Cloudflare Workers");
    expect(text).toContain("export default { fetch: app.fetch }");
  });
});

describeWith(serviceOf(workers), "an app on Cloudflare Workers without an execution context", () => {
  const client = useWorker("worker-without-context");

  test("adding a task is an error that says what to do", async () => {
    const { text } = await client().send("/silent");
    expect(text).toContain("Cloudflare Workers stops what runs after a response");
    expect(text).toContain("app.fetch(request, env, { waitUntil })");
  });

  test('run: "before" runs tasks before the response ends', async () => {
    const run = client().newRun();
    expect((await client().play(run, "quick")).text).toBe('{"done":true}');
    expect(await client().events(run)).toEqual(["task"]);
  });
});
