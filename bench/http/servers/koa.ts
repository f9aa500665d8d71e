import { json } from "node:stream/consumers";
import { afterwork } from "afterwork/koa";
import { Router } from "@koa/router";
import type { Context } from "koa";
import Koa from "koa";
import { announce, byAdapter, portOf, versionOf } from "./control.ts";
import { carefully, Item, parseId, record, reply } from "./item.ts";

const app = new Koa();
if (byAdapter) app.use(afterwork().middleware);
const router = new Router();

router.post("/items/:id", async (context) => {
  const call = await readCall(context);
  if (call === undefined) return;
  const { id, item } = call;
  addTask(context, id, item.name);
  context.body = reply(id, item);
});

function addTask(context: Context, id: number, name: string): void {
  if (byAdapter) context.background.addTask(record, id, name);
  else context.res.once("close", () => void carefully(() => record(id, name)));
}

router.post("/items-plain/:id", async (context) => {
  const call = await readCall(context);
  if (call !== undefined) context.body = reply(call.id, call.item);
});

async function readCall(context: Context): Promise<{ readonly id: number; readonly item: Item } | undefined> {
  const id = parseId(context["params"].id as string);
  const item = Item.safeParse(await json(context.req));
  if (id !== undefined && item.success) return { id, item: item.data };
  context.status = 422;
  context.body = { detail: item.error?.issues ?? "id" };
  return undefined;
}

app.use(router.routes());
const server = app.listen(0, "127.0.0.1", () => announce(portOf(server), versionOf("koa")));
