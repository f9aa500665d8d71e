import { once } from "node:events";
import { request as send, type IncomingMessage, type ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";

import { expect, test } from "vitest";

import { holdResponse } from "../../src/adapters/held-response.ts";
import { OverloadedError } from "../../src/background/overloaded-error.ts";
import { closeLater, serve, TestGate } from "./test-gate.ts";

/** Serves one held response, and begins a request for it. */
async function held(
  answer: (response: ServerResponse, request: IncomingMessage) => unknown,
  init: RequestInit = {},
): Promise<{ gate: TestGate; sent: Promise<Response> }> {
  const gate = new TestGate();
  const url = await serve((request, response) => {
    holdResponse(response, gate);
    void answer(response, request);
  });
  const sent = fetch(url, init);
  sent.catch(() => {});
  return { gate, sent };
}

test("nothing is sent before the gate opens, then all of it in its order", async () => {
  const said: string[] = [];
  const { gate, sent } = await held((response) => {
    response.setHeader("x-user", "one");
    response.writeHead(201, { "content-type": "text/plain" });
    response.write("one ", () => said.push("first written"));
    response.write("two ");
    response.end("three", () => said.push("ended"));
  });
  let arrived = false;
  void sent.then(() => (arrived = true));
  await gate.reached;
  await new Promise((resolve) => setImmediate(resolve));
  expect({ arrived, said }).toEqual({ arrived: false, said: [] });

  gate.open();
  const response = await sent;
  expect(response.status).toBe(201);
  expect(response.headers.get("x-user")).toBe("one");
  expect(await response.text()).toBe("one two three");
  expect(said).toEqual(["first written", "ended"]);
  expect(gate.asked).toBe(1);
});

test("where there is nothing to wait for, calls pass at once", async () => {
  const sentAtOnce: boolean[] = [];
  const url = await serve((_request, response) => {
    holdResponse(response, { beforeHead: () => undefined, onRefused: () => {} });
    response.write("one ");
    sentAtOnce.push(response.headersSent);
    response.end("two");
    sentAtOnce.push(response.writableEnded);
  });
  expect(await (await fetch(url)).text()).toBe("one two");
  expect(sentAtOnce).toEqual([true, true]);
});

test.for([["a list", ["x-one", "1", "x-two", "2"]] as const, ["an object", { "x-one": "1", "x-two": "2" }] as const])(
  "writeHead with a message and headers as %s is held as it is",
  async ([, headers]) => {
    const { gate, sent } = await held((response) => response.writeHead(202, "As You Wish", headers as never).end());
    await gate.reached;
    gate.open();
    const { status, statusText, headers: got } = await sent;
    expect([status, statusText, got.get("x-one"), got.get("x-two")]).toEqual([202, "As You Wish", "1", "2"]);
  },
);

test("the gate sees the status that writeHead is called with", async () => {
  let status = 0;
  const url = await serve((_request, response) => {
    holdResponse(response, {
      beforeHead: () => void (status = response.statusCode),
      onRefused: () => {},
    });
    response.writeHead(503).end();
  });
  await fetch(url);
  expect(status).toBe(503);
});

test("a held response looks sent, and its head can't be changed any more", async () => {
  const found: unknown[] = [];
  const { gate, sent } = await held((response) => {
    response.end("sent");
    found.push(response.headersSent, response.writableEnded);
    const changes = [
      () => response.setHeader("x", "1"),
      () => response.appendHeader("x", "1"),
      () => response.removeHeader("x"),
      () => response.writeHead(500),
    ];
    for (const change of changes) expect(change).toThrow(expect.objectContaining({ code: "ERR_HTTP_HEADERS_SENT" }));
    response.statusCode = 500;
  });
  await gate.reached;
  gate.open();
  const response = await sent;
  expect([response.status, await response.text()]).toEqual([200, "sent"]);
  expect(found).toEqual([true, true]);
});

test("a status that Node refuses is refused at the call, and is no head yet", async () => {
  const { gate, sent } = await held((response) => {
    expect(() => response.writeHead(99)).toThrow(RangeError);
    response.writeHead(200).end();
  });
  await gate.reached;
  gate.open();
  expect((await sent).status).toBe(200);
  expect(gate.asked).toBe(1);
});

test("what is refused is answered in its place, without the user's headers", async () => {
  const told: unknown[] = [];
  const { gate, sent } = await held((response) => {
    response.setHeader("set-cookie", "session=1");
    response.writeHead(201, "Made", { "x-user": "one" });
    response.write("secret", (error) => told.push(error));
    response.end(() => told.push("ended"));
  });
  await gate.reached;
  gate.refuse();
  const response = await sent;
  expect([response.status, response.statusText]).toEqual([503, "Service Unavailable"]);
  expect(await response.json()).toEqual({ detail: "Service Unavailable" });
  expect(response.headers.get("retry-after")).toBe("1");
  expect([response.headers.get("x-user"), response.headers.get("set-cookie")]).toEqual([null, null]);
  expect(gate.refusedWith).toBeInstanceOf(OverloadedError);
  expect(told).toEqual([gate.refusedWith, "ended"]);
});

test("whoever writes on to what has been refused comes to an end", async () => {
  const { gate, sent } = await held(async (response) => {
    response.write("x".repeat(1_000_000));
    await once(response, "drain");
    expect(response.write("more")).toBe(true);
    const { promise, resolve } = Promise.withResolvers<unknown>();
    response.end(resolve);
    written.resolve(await promise);
  });
  const written = Promise.withResolvers<unknown>();
  await gate.reached;
  gate.refuse();
  expect((await sent).status).toBe(503);
  expect(await written.promise).toBe(gate.refusedWith);
});

test("where the head has gone, chunks pass and the end waits", async () => {
  const gate = new TestGate();
  const url = await serve((_request, response) => {
    response.write("one ");
    holdResponse(response, gate);
    response.write("two ");
    response.end("three");
  });
  const response = await fetch(url);
  await gate.reached;
  gate.open();
  expect(await response.text()).toBe("one two three");
});

test("where the head has gone, a refusal cuts the body off", async () => {
  const gate = new TestGate();
  const url = await serve((_request, response) => {
    response.write("one ");
    holdResponse(response, gate);
    response.end("two");
  });
  const response = await fetch(url);
  await gate.reached;
  gate.refuse();
  await expect(response.text()).rejects.toThrow();
});

test("what is to be held while the response waits has the gate asked again", async () => {
  const gate = new TestGate();
  const url = await serve((_request, response) => {
    holdResponse(response, gate);
    response.end("sent");
    holdResponse(response, gate);
  });
  const sent = fetch(url);
  await gate.reached;
  gate.open();
  expect(await (await sent).text()).toBe("sent");
  expect(gate.asked).toBe(2);
});

test("a head that can't be sent is answered 500, and the calls behind it are told", async () => {
  const told = Promise.withResolvers<unknown>();
  const { gate, sent } = await held((response) => {
    response.writeHead(200, { "x-broken": "a\nb" });
    response.end("never sent", told.resolve as () => void);
  });
  await gate.reached;
  gate.open();
  const response = await sent;
  expect([response.status, await response.json()]).toEqual([500, { detail: "Internal Server Error" }]);
  expect(gate.refusedWith).toMatchObject({ code: "ERR_INVALID_CHAR" });
  expect(await told.promise).toBe(gate.refusedWith);
});

test("informational responses pass while the head waits", async () => {
  const gate = new TestGate();
  const url = await serve((_request, response) => {
    holdResponse(response, gate);
    response.end("sent");
    response.writeEarlyHints({ link: "</style.css>; rel=preload" });
    response.writeProcessing();
  });
  const request = send(url).end();
  const codes: unknown[] = [];
  request.on("information", ({ statusCode }) => codes.push(statusCode));
  const [response] = (await Promise.all([
    once(request, "response"),
    once(request, "information").then(() => gate.open()),
  ]).then(([[response]]) => [response])) as [IncomingMessage];
  expect(await text(response)).toBe("sent");
  expect(codes).toEqual([103, 102]);
});

test("a client that goes while its response waits is nobody's error", async () => {
  const gate = new TestGate();
  const told = Promise.withResolvers<unknown>();
  const closed = Promise.withResolvers<void>();
  const url = await serve((_request, response) => {
    holdResponse(response, gate);
    response.once("close", closed.resolve);
    response.write("one", told.resolve);
    response.end("two");
  });
  const leaving = new AbortController();
  const sent = fetch(url, { signal: leaving.signal });
  await gate.reached;
  leaving.abort();
  await expect(sent).rejects.toThrow();
  await closed.promise;
  gate.open();
  expect(await told.promise).toMatchObject({ code: "ERR_STREAM_DESTROYED" });
});

test("a second end is ignored, as Node ignores it", async () => {
  const { gate, sent } = await held((response) => {
    response.end("once");
    response.end();
  });
  await gate.reached;
  gate.open();
  expect(await (await sent).text()).toBe("once");
});

test("a fast source waits for a held response, and goes on when it leaves", async () => {
  let read = 0;
  const chunk = Buffer.alloc(16_384, "x");
  const source = Readable.from(
    (function* chunks() {
      for (; read < 200; read += 1) yield chunk;
    })(),
  );
  const paused = once(source, "pause");
  const { gate, sent } = await held((response) => source.pipe(response));
  await paused;
  expect(read).toBeLessThan(50);
  gate.open();
  expect((await (await sent).arrayBuffer()).byteLength).toBe(200 * chunk.length);
});

test("HEAD and 304 are held and sent without a body", async () => {
  for (const [method, status] of [
    ["HEAD", 200],
    ["GET", 304],
  ] as const) {
    const { gate, sent } = await held((response) => response.writeHead(status).end("no body"), { method });
    await gate.reached;
    gate.open();
    expect((await sent).status).toBe(status);
  }
});

test.for(["opens", "refuses"] as const)("a response of HTTP/2 is held as well; the gate %s", async (what) => {
  const gate = new TestGate();
  const server = createHttp2Server((_request, response) => {
    holdResponse(response as unknown as ServerResponse, gate);
    response.writeHead(201, { "x-user": "one" });
    response.write("one ");
    response.end("two");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  closeLater(() => session.destroy());
  closeLater(() => server.close());
  const stream = session.request({ ":path": "/" });
  const answered = once(stream, "response") as Promise<[Record<string, unknown>]>;
  await gate.reached;
  if (what === "opens") gate.open();
  else gate.refuse();
  const [headers] = await answered;
  const body = await text(stream);
  if (what === "opens") expect([headers[":status"], headers["x-user"], body]).toEqual([201, "one", "one two"]);
  else
    expect([headers[":status"], headers["x-user"], body]).toEqual([503, undefined, '{"detail":"Service Unavailable"}']);
});
