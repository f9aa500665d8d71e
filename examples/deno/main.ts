/** An app on Deno whose orders have work after the response, and an invoice that survives a crash in a file of SQLite. */
import { App, Engine, int, path, task } from "afterwork";
import { sqlite } from "afterwork/sqlite";

import { dataFile } from "../surroundings/data-file.ts";

/** What is used of Deno here; it knows its own types itself. */
declare const Deno: {
  readonly env: { get(name: string): string | undefined };
  serve(
    options: { port: number; onListen(address: { port: number }): void },
    fetch: App["fetch"],
  ): { shutdown(): Promise<void> };
  addSignalListener(signal: "SIGTERM", listener: () => void): void;
  exit(code: number): never;
};

const invoice = task("invoice", { durable: true, retries: 5 }, (_context, order: number) => {
  console.log(`invoice for order ${order}`);
});

const app = new App({ engine: new Engine({ store: sqlite(dataFile("deno.db")), tasks: [invoice] }) });

app.post("/orders/:order", { order: path(int) }, ({ order, background }) => {
  background.addTask(console.log, `order ${order} came in`);
  return { job: background.addTask(invoice, order).id };
});

await app.start();
const port = Number(Deno.env.get("PORT") ?? 8000);
const onListen = (address: { port: number }): void => console.log(`http://localhost:${address.port}`);
const server = Deno.serve({ port, onListen }, app.fetch);

async function shutDown(): Promise<void> {
  app.beginShutdown();
  await server.shutdown();
  const abandoned = await app.close();
  Deno.exit(abandoned.length > 0 ? 1 : 0);
}

Deno.addSignalListener("SIGTERM", () => void shutDown());
