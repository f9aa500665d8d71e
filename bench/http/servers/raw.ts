import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { afterwork } from "afterwork/node";
import type { WorkingRequest } from "afterwork/node";
import { announce, byAdapter, portOf } from "./control.ts";
import { carefully, Item, parseId, record, reply } from "./item.ts";

const server = createServer(byAdapter ? afterwork().listener(listen) : listen);

function listen(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const url = incoming.url ?? "";
  if (incoming.method !== "POST") send(outgoing, 404, { detail: "Not Found" });
  else if (url.startsWith("/items/")) handle({ incoming, outgoing, id: parseId(url.slice(7)), withTask: true });
  else if (url.startsWith("/items-plain/")) handle({ incoming, outgoing, id: parseId(url.slice(13)), withTask: false });
  else send(outgoing, 404, { detail: "Not Found" });
}

interface Call {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly id: number | undefined;
  readonly withTask: boolean;
}

function handle({ incoming, outgoing, id, withTask }: Call): void {
  let text = "";
  incoming.setEncoding("utf8");
  incoming.on("data", (chunk: string) => (text += chunk));
  incoming.on("end", () => {
    const item = Item.safeParse(parseJson(text));
    if (id === undefined || !item.success) return send(outgoing, 422, { detail: item.error?.issues ?? "id" });
    if (withTask) addTask(incoming, outgoing, id, item.data.name);
    send(outgoing, 200, reply(id, item.data));
  });
}

function addTask(incoming: IncomingMessage, outgoing: ServerResponse, id: number, name: string): void {
  if (byAdapter) (incoming as WorkingRequest).background.addTask(record, id, name);
  else outgoing.once("close", () => void carefully(() => record(id, name)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(outgoing: ServerResponse, status: number, value: unknown): void {
  const json = JSON.stringify(value);
  outgoing.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(json) });
  outgoing.end(json);
}

server.listen(0, "127.0.0.1", () => announce(portOf(server), process.versions.node));
