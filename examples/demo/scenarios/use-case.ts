import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Scenario } from "../tour.ts";

export const useCase: Scenario = {
  title: "A use case free of HTTP says what should follow",
  async run(tour) {
    await tour.send("POST", "/orders", { json: { sku: "lamp", amount: 6 }, tasks: ["order-supplies"] });
    const { status } = await tour.send("POST", "/orders", { json: { sku: "lamp", amount: 100 } });
    const purchases = await readFile(join(tour.surroundings.home.folder, "purchases.jsonl"), "utf8");
    const once = status === 409 && purchases === '{"sku":"lamp","amount":20}\n';
    tour.verify("the low stock was reordered once, the refused order did nothing", once, purchases);
  },
};
