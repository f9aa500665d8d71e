/**
 * An app of Koa whose polls have work after the response: a line of the log by a plain function, and a count that survives a
 * crash. One route is written as Koa's users do; the other has its inputs and its ballot box injected.
 */
import { appendFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";

import { Router } from "@koa/router";
import { body, depends, Engine, int, path, task } from "afterwork";
import { afterwork } from "afterwork/koa";
import Koa from "koa";
import { z } from "zod";

import { dataFile } from "../surroundings/data-file.ts";
import { jobStore } from "../surroundings/job-store.ts";

const ballotBox = depends.app(function ballotBox() {
  const file = dataFile("votes.log");
  return { put: (line: string) => appendFile(file, `${line}\n`) };
});

const count = task(
  "count",
  { deps: { ballotBox }, durable: true, retries: 5 },
  ({ ballotBox }, poll: number, choice: string) => ballotBox.put(`poll ${poll}: ${choice}`),
);

const store = jobStore({ schema: "example_koa", file: dataFile("koa.db") });
const work = afterwork({ engine: new Engine({ store, tasks: [count] }) });

const router = new Router();

router.get("/polls", (ctx) => {
  ctx.background.addTask(() => appendFile(dataFile("lookers.log"), "somebody looked\n"));
  ctx.body = [{ poll: 3, question: "tea or coffee?" }];
});

const vote = body(z.object({ choice: z.enum(["tea", "coffee"]) }));

router.post(
  "/polls/:poll/votes",
  work.inject({ poll: path(int), vote }, { status: 201 }, ({ poll, vote, background }) => {
    const job = background.addTask(count, poll, vote.choice);
    return { job: job.id };
  }),
);

const app = new Koa();
app.use(work.middleware);
app.use(router.routes());

const server = app.listen(Number(process.env["PORT"] ?? 8000), () => {
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  console.log(`${url}
try:  curl ${url}/polls
      curl ${url}/polls/3/votes --json '{"choice":"tea"}'
then: cat data/lookers.log data/votes.log`);
});
await work.attach(server);
