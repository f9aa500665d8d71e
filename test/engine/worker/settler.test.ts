import { memory, StoreFaultError, type Store } from "afterwork";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { Settler, type Settleable } from "../../../src/engine/worker/settler.ts";
import { AfterworkError } from "../../../src/base/errors.ts";
import type { Outcome, SettleAnswer } from "../../../src/stores/contract/outcome.ts";

const outcome = (id: string): Outcome => ({ kind: "succeeded", id, token: "t", result: undefined });

/** A settler on a store whose `settle` is this. */
function settlerOn(settle: Store["settle"], expectsMore: () => boolean = () => false) {
  const store = Object.assign(memory(), { settle });
  const errors: unknown[] = [];
  const answers = new Map<string, readonly [Outcome["kind"], SettleAnswer]>();
  const settler = new Settler({
    store,
    clock: systemClock,
    worker: () => "w",
    expectsMore,
    onError: (error) => errors.push(error),
  });
  const by: Settleable = { settled: ({ id, kind }, answer) => void answers.set(id, [kind, answer]) };
  return { settler, errors, answers, add: (id: string) => settler.add(by, outcome(id)) };
}

describe("a settler", () => {
  test("settles in one call what ends in one turn of the event loop", async () => {
    const batches: number[] = [];
    const { settler, add, answers } = settlerOn(async (_worker, outcomes) => {
      batches.push(outcomes.length);
      return outcomes.map(() => "applied");
    });
    for (const id of ["a", "b", "c"]) add(id);
    await settler.idle();
    expect(batches).toEqual([3]);
    expect(answers.get("b")).toEqual(["succeeded", "applied"]);
  });

  test("waits for those that will be run next, and no longer than for a moment", async () => {
    const batches: number[] = [];
    const settle: Store["settle"] = async (_worker, outcomes) => {
      batches.push(outcomes.length);
      return outcomes.map(() => "applied");
    };
    const { settler, add } = settlerOn(settle, () => true);
    add("a");
    await new Promise((resolve) => setImmediate(resolve));
    add("b");
    expect(batches).toEqual([]);
    await settler.idle();
    expect(batches).toEqual([2]);
  });

  test("does not wait on when nothing is in line any more", async () => {
    const batches: number[] = [];
    const settle: Store["settle"] = async (_worker, outcomes) => {
      batches.push(outcomes.length);
      return outcomes.map(() => "applied");
    };
    const line = ["b"];
    const { add } = settlerOn(settle, () => line.length > 0);
    add("a");
    add(line.pop() ?? "");
    await new Promise((resolve) => setImmediate(resolve));
    expect(batches).toEqual([2]);
  });

  test("tries again while the store is away, and drops nothing", async () => {
    let calls = 0;
    const { settler, add, answers, errors } = settlerOn(async (_worker, outcomes) => {
      calls += 1;
      if (calls < 3) throw new StoreFaultError("locked", { passing: true });
      return outcomes.map(() => "applied");
    });
    add("a");
    await settler.idle();
    expect(answers.get("a")).toEqual(["succeeded", "applied"]);
    expect([calls, errors.length]).toEqual([3, 2]);
  });

  test("fails the one job whose outcome can't be stored, and settles the others", async () => {
    const { settler, add, answers } = settlerOn(async (_worker, outcomes) => {
      if (outcomes.some(({ id, kind }) => id === "bad" && kind === "succeeded")) {
        throw new AfterworkError("RESULT_INVALID", "too large");
      }
      return outcomes.map(() => "applied");
    });
    for (const id of ["a", "bad", "c"]) add(id);
    await settler.idle();
    expect(answers.get("bad")).toEqual(["failed", "applied"]);
    expect([answers.get("a"), answers.get("c")]).toEqual([
      ["succeeded", "applied"],
      ["succeeded", "applied"],
    ]);
  });

  test("does not hold up others with one that the store can't take", async () => {
    const { settler, add, answers } = settlerOn(async (_worker, outcomes) => {
      if (outcomes.some(({ id }) => id === "bad")) throw new StoreFaultError("no such parent");
      return outcomes.map(() => "applied");
    });
    for (const id of ["bad", "b"]) add(id);
    await expect.poll(() => answers.get("b")).toEqual(["succeeded", "applied"]);
    expect(answers.has("bad")).toBe(false);
    settler.giveUp();
    await settler.idle();
    expect(answers.get("bad")).toEqual(["succeeded", "lost"]);
  });
});
