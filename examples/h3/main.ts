/**
 * An app of H3 whose orders have work after the response: a line of the log by a plain function, and a receipt that
 * survives a crash. One route is written as H3's users do; the other has its inputs and its till injected.
 */
import { appendFile } from "node:fs/promises";

import { body, depends, Engine, int, path, task } from "afterwork";
import { afterwork } from "afterwork/h3";
import { H3, serve } from "h3";
import { z } from "zod";

import { dataFile } from "../surroundings/data-file.ts";
import { jobStore } from "../surroundings/job-store.ts";

const till = depends.app(function till() {
  const file = dataFile("receipts.log");
  return { print: (line: string) => appendFile(file, `${line}\n`) };
});

const receipt = task(
  "receipt",
  { deps: { till }, durable: true, retries: 5 },
  ({ till }, table: number, dish: string) => till.print(`table ${table}: ${dish}`),
);

const store = jobStore({ schema: "example_h3", file: dataFile("h3.db") });
const work = afterwork({ engine: new Engine({ store, tasks: [receipt] }) });

const app = new H3();
app.use(work.middleware);

app.get("/menu", (event) => {
  event.context.background.addTask(() => appendFile(dataFile("readers.log"), "somebody read the menu\n"));
  return ["soup", "bread"];
});

const order = body(z.object({ dish: z.string() }));

app.post(
  "/tables/:table/orders",
  work.inject({ table: path(int), order }, { status: 201 }, ({ table, order, background }) => {
    const job = background.addTask(receipt, table, order.dish);
    return { job: job.id };
  }),
);

// Afterwork listens to signals by itself, and waits for the tasks as well.
const port = process.env["PORT"] ?? 8000;
const server = serve(app, { port, silent: true, gracefulShutdown: false });
await work.attach(server);
await server.ready();

const url = `http://localhost:${new URL(server.url ?? "").port}`;
console.log(`${url}
try:  curl ${url}/menu
      curl ${url}/tables/4/orders --json '{"dish":"soup"}'
then: cat data/readers.log data/receipts.log`);
