import { deepEqual, equal, match, ok } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { itemRequest, unfitBody } from "./requests.ts";
import type { LoadResult } from "./load.ts";
import type { ServerProcess, ServerSample } from "./server-process.ts";
import type { Target } from "./targets.ts";

const REQUESTS = 20;

/** Throws unless the route answers rightly, refuses what doesn't fit, and runs one task per request or none. */
export async function verify(server: ServerProcess, target: Target): Promise<void> {
  const base = `http://127.0.0.1:${server.port}${target.path}`;
  const before = await server.sample();
  await Promise.all(Array.from({ length: REQUESTS }, (_, index) => expectAnswer(base, index, target)));
  await expectRefusal(`${base}1`, unfitBody, target);
  await expectRefusal(`${base}one`, itemRequest(1).body, target);
  await expectTasks({ server, target, tasks: before.tasks + REQUESTS * target.tasksPerRequest });
  const after = await server.sample();
  equal(after.handled - before.handled, REQUESTS, `${target.name}: requests handled`);
}

async function expectAnswer(base: string, index: number, target: Target): Promise<void> {
  const { id, body, answer } = itemRequest(index);
  const response = await post(`${base}${id}`, body);
  equal(response.status, 200, `${target.name}: status`);
  match(response.headers.get("content-type") ?? "", /^application\/json/, `${target.name}: content type`);
  deepEqual(await response.json(), answer, `${target.name}: answer`);
}

async function expectRefusal(url: string, body: string, target: Target): Promise<void> {
  const response = await post(url, body);
  await response.arrayBuffer();
  ok(response.status >= 400 && response.status < 500, `${target.name}: expected a refusal, got ${response.status}`);
}

async function post(url: string, body: string): Promise<Response> {
  return fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
}

interface ExpectedTasks {
  readonly server: ServerProcess;
  readonly target: Target;
  readonly tasks: number;
}

/** Waits until the tasks of the requests made so far have run, and makes sure that there are no more. */
export async function expectTasks({ server, target, tasks }: ExpectedTasks): Promise<void> {
  const deadline = performance.now() + 5_000;
  let seen = await server.sample();
  while (seen.tasks < tasks && performance.now() < deadline) {
    await sleep(5);
    seen = await server.sample();
  }
  equal(seen.tasks, tasks, `${target.name}: tasks run`);
}

interface Served {
  readonly server: ServerProcess;
  readonly target: Target;
  /** The server's counters when the load began. */
  readonly before: ServerSample;
  readonly client: LoadResult;
}

/** Throws unless every request under load was answered, and has had its task. */
export async function expectServed({ server, target, before, client }: Served): Promise<void> {
  equal(client.refused, 0, `${target.name}: requests refused under load`);
  await expectTasks({ server, target, tasks: before.tasks + client.answered * target.tasksPerRequest });
  const after = await server.sample();
  equal(after.handled - before.handled, client.answered, `${target.name}: requests handled under load`);
}
