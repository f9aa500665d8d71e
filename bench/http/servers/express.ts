import { afterwork } from "afterwork/express";
import type { Request, Response } from "express";
import express from "express";
import { announce, byAdapter, portOf, versionOf } from "./control.ts";
import { carefully, Item, parseId, record, reply } from "./item.ts";

const work = byAdapter ? afterwork() : undefined;
const app = express();
app.disable("x-powered-by");
app.set("etag", false);
app.use(express.json());
if (work !== undefined) app.use(work.middleware);

app.post("/items/:id", (request, response) => {
  const id = parseId(request.params.id);
  const item = Item.safeParse(request.body);
  if (id === undefined || !item.success) {
    response.status(422).json({ detail: item.error?.issues ?? "id" });
    return;
  }
  addTask(request, response, id, item.data.name);
  response.json(reply(id, item.data));
});

function addTask(request: Request, response: Response, id: number, name: string): void {
  if (byAdapter) request.background.addTask(record, id, name);
  else response.once("close", () => void carefully(() => record(id, name)));
}

app.post("/items-plain/:id", (request, response) => {
  const id = parseId(request.params.id);
  const item = Item.safeParse(request.body);
  if (id === undefined || !item.success) {
    response.status(422).json({ detail: item.error?.issues ?? "id" });
    return;
  }
  response.json(reply(id, item.data));
});

if (work !== undefined) app.use(work.errors);
const server = app.listen(0, "127.0.0.1", () => announce(portOf(server), versionOf("express")));
