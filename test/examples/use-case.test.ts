import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { placeOrder } from "../../examples/use-case/place-order.ts";
import { router } from "../../examples/use-case/router.ts";
import { runExample } from "./support/running-example.ts";

const order = { sku: "lamp", amount: 3 };

test("the rules are tested without a server", () => {
  expect(placeOrder({ take: () => 7 }, "lamp", 3)).toEqual({ kind: "placed", left: 7, reorder: undefined });
  expect(placeOrder({ take: () => 4 }, "lamp", 3)).toEqual({
    kind: "placed",
    left: 4,
    reorder: { sku: "lamp", amount: 20 },
  });
  expect(placeOrder({ take: () => undefined }, "lamp", 3).kind).toBe("refused");
});

test("the handler adds the task that the use case's result asks for", async () => {
  const example = await runExample(router);
  const first = await example.post("/orders", order);
  expect(await first.json()).toEqual({ ...order, left: 7 });
  const second = await example.post("/orders", order);
  expect(await second.json()).toEqual({ ...order, left: 4 });
  await example.untilEnded("order-supplies");
  expect(await readFile(join(example.folder, "purchases.jsonl"), "utf8")).toBe('{"sku":"lamp","amount":20}\n');
  expect(example.ended).toEqual(["order-supplies"]);
});

test("a refused order is a 409 with the reason of the use case", async () => {
  const example = await runExample(router);
  const response = await example.post("/orders", { sku: "lamp", amount: 11 });
  expect(response.status).toBe(409);
  expect(await response.json()).toEqual({ detail: "there are not 11 of lamp left" });
});
