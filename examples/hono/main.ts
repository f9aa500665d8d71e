/**
 * An app of Hono whose sign-ups have work after the response: a line of the log by a plain function, and a welcome that
 * survives a crash. One route is written as Hono's users do; the other has its inputs and its mailbox injected.
 */
import { appendFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";

import { serve } from "@hono/node-server";
import { body, depends, Engine, task } from "afterwork";
import { afterwork, type WorkEnv } from "afterwork/hono";
import { Hono } from "hono";
import { z } from "zod";

import { dataFile } from "../surroundings/data-file.ts";
import { jobStore } from "../surroundings/job-store.ts";

const mailbox = depends.app(function mailbox() {
  const file = dataFile("welcomes.log");
  return { send: (to: string) => appendFile(file, `welcome, ${to}\n`) };
});

const welcome = task("welcome", { deps: { mailbox }, durable: true, retries: 5 }, ({ mailbox }, email: string) =>
  mailbox.send(email),
);

const store = jobStore({ schema: "example_hono", file: dataFile("hono.db") });
const work = afterwork({ engine: new Engine({ store, tasks: [welcome] }) });

const app = new Hono<WorkEnv>();
app.use(work.middleware);

app.post("/visits/:page", (c) => {
  const page = c.req.param("page");
  c.var.background.addTask(() => appendFile(dataFile("visits.log"), `${page}\n`));
  return c.json({ page });
});

const signup = body(z.object({ email: z.email() }));

app.post(
  "/signups",
  work.inject({ signup }, { status: 201 }, ({ signup, background }) => {
    const job = background.addTask(welcome, signup.email);
    return { job: job.id };
  }),
);

const server = serve({ fetch: app.fetch, port: Number(process.env["PORT"] ?? 8000) }, () => {
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  console.log(`${url}
try:  curl -X POST ${url}/visits/home
      curl ${url}/signups --json '{"email":"ada@example.com"}'
then: cat data/visits.log data/welcomes.log`);
});
await work.attach(server);
