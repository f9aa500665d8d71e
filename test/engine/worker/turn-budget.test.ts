import { describe, expect, test } from "vitest";

import { TurnBudget } from "../../../src/engine/worker/turn-budget.ts";

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the budget of a turn of the event loop", () => {
  test("is as large as it was said to be, and there again in the next turn", async () => {
    const budget = new TurnBudget(2, () => {});
    expect([budget.take(), budget.take(), budget.take(), budget.take()]).toEqual([true, true, false, false]);
    await nextTurn();
    expect([budget.take(), budget.take(), budget.take()]).toEqual([true, true, false]);
  });

  test("tells once, and only after something was refused", async () => {
    let told = 0;
    const budget = new TurnBudget(1, () => (told += 1));
    budget.take();
    await nextTurn();
    expect(told).toBe(0);
    for (let count = 0; count < 5; count += 1) budget.take();
    await nextTurn();
    expect(told).toBe(1);
    await nextTurn();
    expect(told).toBe(1);
  });

  test("may be without an end", () => {
    const budget = new TurnBudget(Number.POSITIVE_INFINITY, () => {});
    expect(Array.from({ length: 10_000 }, () => budget.take())).not.toContain(false);
  });

  test("lets who goes on when told through all there is, with the event loop free in between", async () => {
    const started: number[] = [];
    let turns = 0;
    const budget = new TurnBudget(10, run);
    let left = 35;
    function run(): void {
      while (left > 0 && budget.take()) left -= 1;
      started.push(left);
    }
    run();
    while (left > 0) {
      await nextTurn();
      turns += 1;
    }
    expect(started).toEqual([25, 15, 5, 0]);
    expect(turns).toBe(3);
  });
});
