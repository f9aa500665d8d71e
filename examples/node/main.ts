/**
 * A server of plain node:http whose orders have work after the response: a line of the log by a plain function, and a receipt
 * that survives a crash. One route is a listener as `createServer` takes it; the other has its inputs and its till injected.
 */
import { appendFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { body, depends, Engine, int, query, task } from "afterwork";
import { afterwork } from "afterwork/node";
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

const store = jobStore({ schema: "example_node", file: dataFile("node.db") });
const work = afterwork({ engine: new Engine({ store, tasks: [receipt] }) });

const list = work.listener((request, response) => {
  const reader = request.headers["user-agent"] ?? "somebody";
  request.background.addTask(() => appendFile(dataFile("readers.log"), `${reader}\n`));
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify([{ book: 7, title: "Kidnapped" }]));
});

const buyer = body(z.object({ name: z.string() }));

const order = work.inject({ book: query(int), buyer }, { status: 201 }, ({ book, buyer, background }) => {
  const job = background.addTask(receipt, book, buyer.name);
  return { job: job.id };
});

const server = createServer((request, response) => {
  const handle = request.method === "POST" ? order : list;
  handle(request, response);
});

server.listen(Number(process.env["PORT"] ?? 8000), () => {
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  console.log(`${url}
try:  curl ${url}
      curl "${url}?book=7" --json '{"name":"Ada"}'
then: cat data/readers.log data/receipts.log`);
});
await work.attach(server);
