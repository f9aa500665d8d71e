import type { HttpBindings } from "@hono/node-server";
import { serve } from "@hono/node-server";
import { afterwork } from "afterwork/hono";
import type { WorkVariables } from "afterwork/hono";
import type { Context } from "hono";
import { Hono } from "hono";
import { announce, byAdapter, versionOf } from "./control.ts";
import { carefully, Item, parseId, record, reply } from "./item.ts";

interface Env {
  Bindings: HttpBindings;
  Variables: WorkVariables;
}

const app = new Hono<Env>();
if (byAdapter) app.use(afterwork().middleware);

app.post("/items/:id", async (context) => {
  const id = parseId(context.req.param("id"));
  const item = Item.safeParse(await context.req.json());
  if (id === undefined || !item.success) return context.json({ detail: item.error?.issues ?? "id" }, 422);
  addTask(context, id, item.data.name);
  return context.json(reply(id, item.data));
});

function addTask(context: Context<Env>, id: number, name: string): void {
  if (byAdapter) context.var.background.addTask(record, id, name);
  else context.env.outgoing.once("close", () => void carefully(() => record(id, name)));
}

app.post("/items-plain/:id", async (context) => {
  const id = parseId(context.req.param("id"));
  const item = Item.safeParse(await context.req.json());
  if (id === undefined || !item.success) return context.json({ detail: item.error?.issues ?? "id" }, 422);
  return context.json(reply(id, item.data));
});

serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, (address) => announce(address.port, versionOf("hono")));
