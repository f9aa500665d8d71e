/**
 * An app of Fastify whose bookings have work after the response: a line of the log by a plain function, and a ticket that
 * survives a crash. One route is written as Fastify's users do; the other has its inputs and its printer injected.
 */
import { appendFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import process from "node:process";

import { body, depends, Engine, int, path, task } from "afterwork";
import { afterwork } from "afterwork/fastify";
import fastify from "fastify";
import { z } from "zod";

import { dataFile } from "../surroundings/data-file.ts";
import { jobStore } from "../surroundings/job-store.ts";

const printer = depends.app(function printer() {
  const file = dataFile("tickets.log");
  return { print: (line: string) => appendFile(file, `${line}\n`) };
});

const ticket = task(
  "ticket",
  { deps: { printer }, durable: true, retries: 5 },
  ({ printer }, train: number, name: string) => printer.print(`train ${train}: ${name}`),
);

const store = jobStore({ schema: "example_fastify", file: dataFile("fastify.db") });
const work = afterwork({ engine: new Engine({ store, tasks: [ticket] }) });

const app = fastify();
await app.register(work.plugin);

const search = { type: "object", properties: { to: { type: "string" } }, required: ["to"] };

app.get<{ Querystring: { to: string } }>("/trains", { schema: { querystring: search } }, async (request) => {
  const { to } = request.query;
  request.background.addTask(() => appendFile(dataFile("searches.log"), `${to}\n`));
  return [{ train: 7, to }];
});

const passenger = body(z.object({ name: z.string() }));

app.post(
  "/trains/:train/bookings",
  work.inject({ train: path(int), passenger }, { status: 201 }, ({ train, passenger, background }) => {
    const job = background.addTask(ticket, train, passenger.name);
    return { job: job.id };
  }),
);

// Fastify leaves signals to its users. Its close waits for the tasks.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void app.close());

await app.listen({ port: Number(process.env["PORT"] ?? 8000), host: "127.0.0.1" });
const url = `http://localhost:${(app.server.address() as AddressInfo).port}`;
console.log(`${url}
try:  curl "${url}/trains?to=Lisbon"
      curl ${url}/trains/7/bookings --json '{"name":"Ada"}'
then: cat data/searches.log data/tickets.log`);
