// The same route with a durable task and with one in the process, over the line protocol of the HTTP benchmark.
import { App, body, Engine, int, path, serve, task } from "afterwork";
import { announce } from "../../http/servers/control.ts";
import { Item, record, reply } from "../../http/servers/item.ts";
import { openStore } from "../stores.ts";
import type { ServerSettings } from "./targets.ts";

const { store, work } = JSON.parse(process.argv[2] ?? "") as ServerSettings;

const recordDurably = task("record", { durable: true }, async (_context, id: number, name: string) => record(id, name));
const engine = new Engine({ store: openStore(store), tasks: [recordDurably] });
const app = new App({ engine, work: work ? { concurrency: 100 } : false });

app.post("/items/:id", { id: path(int), item: body(Item) }, ({ id, item, background }) => {
  background.addTask(record, id, item.name);
  return reply(id, item);
});

app.post("/items-durable/:id", { id: path(int), item: body(Item) }, ({ id, item, background }) => {
  background.addTask(recordDurably, id, item.name);
  return reply(id, item);
});

const { port } = await serve(app, { port: 0, hostname: "127.0.0.1" });
announce(port, "");
