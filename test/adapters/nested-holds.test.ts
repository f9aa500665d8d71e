import { expect, test } from "vitest";

import { holdResponse } from "../../src/adapters/held-response.ts";
import { serve, TestGate } from "./test-gate.ts";

test("of frameworks within each other, each has its gate asked, and hears of a refusal", async () => {
  const gates = [new TestGate(), new TestGate()] as const;
  const url = await serve((_request, response) => {
    for (const gate of gates) holdResponse(response, gate);
    response.end("sent");
  });
  const sent = fetch(url);
  gates[0].open();
  await gates[1].reached;
  gates[1].refuse();
  expect((await sent).status).toBe(503);
  expect(gates.map(({ asked }) => asked)).toEqual([1, 1]);
  expect(gates[0].refusedWith).toBe(gates[1].refusedWith);
});
