import { readFileSync } from "node:fs";
import { App, body, int, path, serve } from "afterwork";
import { announce } from "./control.ts";
import { Item, record, reply } from "./item.ts";

const app = new App();

app.post("/items/:id", { id: path(int), item: body(Item) }, ({ id, item, background }) => {
  background.addTask(record, id, item.name);
  return reply(id, item);
});

app.post("/items-plain/:id", { id: path(int), item: body(Item) }, ({ id, item }) => reply(id, item));

const manifest = new URL("../../../package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
const { port } = await serve(app, { port: 0, hostname: "127.0.0.1" });
announce(port, version);
