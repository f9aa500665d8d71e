import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

import { depends } from "afterwork";
import { afterwork as withExpress } from "afterwork/express";
import { afterwork as withNode, type NodeAdapter } from "afterwork/node";
import express from "express";
import { describe, expect, onTestFinished, test } from "vitest";

import { Notes } from "./notes.ts";

type Inject = NodeAdapter["inject"];

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  onTestFinished(() => server.close().closeAllConnections());
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const makers = {
  node: () => {
    const work = withNode();
    return { work, inject: work.inject, listenerOf: (handler: RequestListener) => handler };
  },
  express: () => {
    const work = withExpress();
    const inject = work.inject as unknown as Inject;
    return { work, inject, listenerOf: (handler: RequestListener) => express().use(handler) };
  },
};

describe.for(Object.entries(makers))("streamed by %s", ([, make]) => {
  test("a stream for a client that has gone is ended, and what is open closes", async () => {
    const notes = new Notes();
    const { work, inject, listenerOf } = make();
    const session = depends.request(async function* session() {
      yield "session";
      notes.add("session closed");
    });
    const handler = inject({ session }, async ({ native }) => {
      notes.add("handler begins");
      await once(native.response ?? (native as unknown as { res: NodeJS.EventEmitter }).res, "close");
      return (async function* () {
        try {
          yield "one";
          yield "two";
        } finally {
          notes.add("stream ended");
        }
      })();
    });
    const leaving = new AbortController();
    const sent = fetch(await listen(listenerOf(handler)), { signal: leaving.signal });
    await notes.until("handler begins");
    leaving.abort();
    await expect(sent).rejects.toThrow();
    await notes.until("session closed");
    expect(notes.lines).toEqual(["handler begins", "stream ended", "session closed"]);
    expect(await work.close()).toEqual([]);
  });

  test("HEAD is answered, though its body fails to be cancelled", async () => {
    const { inject, listenerOf } = make();
    const handler = inject(() => {
      const cancel = (): never => {
        throw new Error("it can't be cancelled");
      };
      return new Response(new ReadableStream({ cancel }), { headers: { "x-kept": "yes" } });
    });
    const response = await fetch(await listen(listenerOf(handler)), { method: "HEAD" });
    expect([response.status, response.headers.get("x-kept")]).toEqual([200, "yes"]);
  });
});
