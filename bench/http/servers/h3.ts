import { afterwork } from "afterwork/h3";
import type { H3Event } from "h3";
import { H3, HTTPError, onDispose, readValidatedBody, serve } from "h3";
import { announce, byAdapter, versionOf } from "./control.ts";
import { carefully, Item, parseId, record, reply } from "./item.ts";

const app = new H3({ silent: true });
if (byAdapter) app.use(afterwork().middleware);

app.post("/items/:id", async (event) => {
  const id = idOf(event);
  const item = await readValidatedBody(event, Item);
  addTask(event, id, item.name);
  return reply(id, item);
});

function addTask(event: H3Event, id: number, name: string): void {
  if (byAdapter) event.context.background.addTask(record, id, name);
  else onDispose(event, () => carefully(() => record(id, name)));
}

app.post("/items-plain/:id", async (event) => {
  const id = idOf(event);
  const item = await readValidatedBody(event, Item);
  return reply(id, item);
});

function idOf(event: H3Event): number {
  const id = parseId(event.context.params?.["id"]);
  if (id === undefined) throw new HTTPError({ status: 422, message: "id" });
  return id;
}

const server = serve(app, { port: 0, hostname: "127.0.0.1", silent: true });
await server.ready();
announce(Number(new URL(server.url ?? "").port), versionOf("h3"));
