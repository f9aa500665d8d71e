/**
 * The rules of the business stand in `place-order.ts`, free of HTTP: it returns what should follow, and the handler turns
 * that into a status and a task. So the rules are tested without a server.
 */
import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";

import { HTTPException, Router, body, depends, settings, task } from "afterwork";
import { z } from "zod";

import { placeOrder, type Reorder, type Stock } from "./place-order.ts";

const config = settings(z.object({ DATA_DIR: z.string().default("data") }));

const stock = depends.app((): Stock => {
  const shelves = new Map([["lamp", 10]]);
  return {
    take(sku, amount) {
      const left = (shelves.get(sku) ?? 0) - amount;
      if (left < 0) return undefined;
      shelves.set(sku, left);
      return left;
    },
  };
});

const orderSupplies = task("order-supplies", { deps: { config } }, async ({ config }, reorder: Reorder) => {
  await mkdir(config.DATA_DIR, { recursive: true });
  await appendFile(join(config.DATA_DIR, "purchases.jsonl"), `${JSON.stringify(reorder)}\n`);
});

export const router = new Router({ tags: ["use case"] });

router.post(
  "/orders",
  { order: body(z.object({ sku: z.string(), amount: z.int().positive() })), stock },
  { status: 201, summary: "Place an order" },
  ({ order, stock, background }) => {
    const result = placeOrder(stock, order.sku, order.amount);
    if (result.kind === "refused") throw new HTTPException(409, result.reason);
    if (result.reorder !== undefined) background.addTask(orderSupplies, result.reorder);
    return { ...order, left: result.left };
  },
);
