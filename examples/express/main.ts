/**
 * An app of Express whose orders have work after the response: a line of the log by a plain function, and a receipt that
 * survives a crash. One route is written as Express's users do; the other has its inputs and its till injected.
 */
import { appendFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";

import { body, depends, Engine, int, path, task } from "afterwork";
import { afterwork } from "afterwork/express";
import express from "express";
import { z } from "zod";

import { dataFile } from "../surroundings/data-file.ts";
import { jobStore } from "../surroundings/job-store.ts";

const till = depends.app(function till() {
  const file = dataFile("receipts.log");
  return { print: (line: string) => appendFile(file, `${line}\n`) };
});

const receipt = task("receipt", { deps: { till }, durable: true, retries: 5 }, ({ till }, book: number, name: string) =>
  till.print(`book ${book}: ${name}`),
);

const store = jobStore({ schema: "example_express", file: dataFile("express.db") });
const work = afterwork({ engine: new Engine({ store, tasks: [receipt] }) });

const app = express();
app.use(work.middleware);

app.get("/books", (req, res) => {
  const reader = req.get("user-agent") ?? "somebody";
  req.background.addTask(() => appendFile(dataFile("readers.log"), `${reader}\n`));
  res.json([{ book: 7, title: "Kidnapped" }]);
});

const buyer = body(z.object({ name: z.string() }));

app.post(
  "/books/:book/orders",
  work.inject({ book: path(int), buyer }, { status: 201 }, ({ book, buyer, background }) => {
    const job = background.addTask(receipt, book, buyer.name);
    return { job: job.id };
  }),
);

app.use(work.errors);

const server = app.listen(Number(process.env["PORT"] ?? 8000), () => {
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  console.log(`${url}
try:  curl ${url}/books
      curl ${url}/books/7/orders --json '{"name":"Ada"}'
then: cat data/readers.log data/receipts.log`);
});
await work.attach(server);
