import { request, type ServerResponse } from "node:http";

import type { PreparedJob } from "afterwork";
import { afterwork, type WorkingRequest } from "afterwork/node";
import { expect, test } from "vitest";

import { recordLog } from "../behaviour/support/listen.ts";
import { Notes } from "./notes.ts";
import { storedTask, SwitchedEngine } from "./switched-engine.ts";
import { serve } from "./test-gate.ts";

/** Stores when the test says so. */
class SlowEngine extends SwitchedEngine {
  readonly asked: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly answer: PromiseWithResolvers<void> = Promise.withResolvers();

  override async store(jobs: readonly PreparedJob[]): Promise<void> {
    this.asked.resolve();
    await this.answer.promise;
    await super.store(jobs);
  }
}

/** Asks, and leaves when something has begun. Resolves when the server has noticed. */
async function leave(url: string, begun: Promise<unknown>, notes: Notes): Promise<void> {
  const sent = request(url).on("error", () => {});
  sent.end();
  await begun;
  sent.destroy();
  await notes.until("client has gone");
}

function answer({ background }: WorkingRequest, response: ServerResponse, notes: Notes): void {
  background.addTask(() => notes.add("task of success"));
  background.always.addTask(() => notes.add("task of any end"));
  background.onFailure.addTask(() => notes.add("task of failure"));
  background.addTask(storedTask);
  response.once("close", () => notes.add("client has gone"));
  response.end();
}

test.for([
  { isDown: true, tasks: ["task of any end", "task of failure"] },
  { isDown: false, tasks: ["task of success", "task of any end"] },
])("tasks wait for the store although the client has gone: down is $isDown", async ({ isDown, tasks }) => {
  const notes = new Notes();
  const engine = new SlowEngine();
  engine.isDown = isDown;
  const work = afterwork({ engine, log: recordLog().log });
  const url = await serve(work.listener((incoming, response) => answer(incoming, response, notes)));
  await leave(url, engine.asked.promise, notes);
  engine.answer.resolve();
  await notes.until(tasks[1] ?? "");
  await work.idle();
  expect(notes.lines).toEqual(["client has gone", ...tasks]);
});
