import type { HttpBindings } from "@hono/node-server";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { announce, versionOf } from "./control.ts";
import { Item, parseId, record, reply } from "./item.ts";

const app = new Hono<{ Bindings: HttpBindings }>();

app.post("/items/:id", async (context) => {
  const id = parseId(context.req.param("id"));
  const item = Item.safeParse(await context.req.json());
  if (id === undefined || !item.success) return context.json({ detail: item.error?.issues ?? "id" }, 422);
  context.env.outgoing.once("close", () => record(id, item.data.name));
  return context.json(reply(id, item.data));
});

app.post("/items-plain/:id", async (context) => {
  const id = parseId(context.req.param("id"));
  const item = Item.safeParse(await context.req.json());
  if (id === undefined || !item.success) return context.json({ detail: item.error?.issues ?? "id" }, 422);
  return context.json(reply(id, item.data));
});

serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, (address) => announce(address.port, versionOf("hono")));
