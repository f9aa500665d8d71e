import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import compression from "compression";
import { expect, test } from "vitest";

import { holdResponse } from "../../src/adapters/held-response.ts";
import { serve, TestGate } from "./test-gate.ts";

const line = "a line that is to be compressed\n";

const writers: Record<string, (response: ServerResponse) => unknown> = {
  "one end": (response) => response.end(line.repeat(100)),
  "a pipe of small chunks": (response) => Readable.from([line, line.repeat(98), line]).pipe(response),
  "a pipe of large chunks": (response) => Readable.from(Array(100).fill(line.repeat(1_000))).pipe(response),
  "a pipeline": (response) => pipeline(Readable.from(Array(100).fill(line.repeat(10))), response),
  "a writer that waits for drain": async (response) => {
    for (let count = 0; count < 100; count += 1) {
      if (!response.write(line.repeat(100))) await new Promise<void>((resolve) => response.on("drain", resolve));
    }
    response.end();
  },
};

for (const order of ["before", "after"] as const) {
  for (const [what, write] of Object.entries(writers)) {
    test(`${what}: compressed by middleware from ${order} the hold`, async () => {
      const response = await compressed(order, write, (gate) => gate.open());
      expect(response.headers.get("content-encoding")).toBe("gzip");
      expect((await response.text()).replaceAll(line, "")).toBe("");
    });
  }

  test(`a refusal can be read where middleware from ${order} the hold compresses`, async () => {
    const response = await compressed(order, writers["one end"] as () => void, (gate) => gate.refuse());
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ detail: "Service Unavailable" });
  });
}

async function compressed(
  order: "before" | "after",
  write: (response: ServerResponse) => unknown,
  end: (gate: TestGate) => void,
): Promise<Response> {
  const gate = new TestGate();
  const compress = compression({ threshold: 1 }) as unknown as (
    request: IncomingMessage,
    response: ServerResponse,
    next: () => void,
  ) => void;
  const url = await serve((request, response) => {
    response.setHeader("content-type", "text/plain");
    if (order === "after") holdResponse(response, gate);
    compress(request, response, () => {
      if (order === "before") holdResponse(response, gate);
      void write(response);
    });
  });
  const sent = fetch(url, { headers: { "accept-encoding": "gzip" } });
  await gate.reached;
  end(gate);
  return await sent;
}

test.for(["opens", "refuses"] as const)("middleware below may end the response later; the gate %s", async (what) => {
  const gate = new TestGate();
  const url = await serve((_request, response) => {
    const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
    // As middleware for sessions does, which saves them first.
    response.end = (...args: unknown[]) => {
      setImmediate(() => end(...args));
      return response;
    };
    holdResponse(response, gate);
    response.end("sent");
    void gate.reached.then(() => setImmediate(() => holdResponse(response, gate)));
  });
  const sent = fetch(url);
  await gate.reached;
  if (what === "opens") gate.open();
  else gate.refuse();
  const response = await sent;
  const expected = what === "opens" ? [200, "sent"] : [503, '{"detail":"Service Unavailable"}'];
  expect([response.status, await response.text()]).toEqual(expected);
});
