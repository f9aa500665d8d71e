import express from "express";
import { announce, portOf, versionOf } from "./control.ts";
import { Item, parseId, record, reply } from "./item.ts";

const app = express();
app.disable("x-powered-by");
app.set("etag", false);
app.use(express.json());

app.post("/items/:id", (request, response) => {
  const id = parseId(request.params.id);
  const item = Item.safeParse(request.body);
  if (id === undefined || !item.success) {
    response.status(422).json({ detail: item.error?.issues ?? "id" });
    return;
  }
  response.once("close", () => record(id, item.data.name));
  response.json(reply(id, item.data));
});

app.post("/items-plain/:id", (request, response) => {
  const id = parseId(request.params.id);
  const item = Item.safeParse(request.body);
  if (id === undefined || !item.success) {
    response.status(422).json({ detail: item.error?.issues ?? "id" });
    return;
  }
  response.json(reply(id, item.data));
});

const server = app.listen(0, "127.0.0.1", () => announce(portOf(server), versionOf("express")));
