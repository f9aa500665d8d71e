import { App, Engine, memory, task, type Duration } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { TestClient } from "afterwork/testing";
import { describe, expect, onTestFinished, test } from "vitest";

import { openEngine, storePath } from "./support/engines.ts";

interface Run {
  readonly atMs: number;
  readonly arg: string;
}

/** A test client whose clock stands still, and what its debounced task has done, by the time since the start. */
function trial(maxWait?: Duration): { client: TestClient; index: (arg: string) => Promise<unknown>; runs: Run[] } {
  const runs: Run[] = [];
  const wait = { wait: "5s", key: (arg: string) => arg.slice(0, 1) } as const;
  const debounce = maxWait === undefined ? wait : { ...wait, maxWait };
  const search = task("search", { durable: true, debounce }, (_context, arg: string) => {
    runs.push({ atMs: client.clock.now() - start, arg });
  });
  const engine = new Engine({ store: memory(), tasks: [search] });
  const client = new TestClient(new App({ engine }));
  onTestFinished(() => client.close());
  const start = client.clock.now();
  return { client, index: (arg) => engine.enqueue(search, arg), runs };
}

describe("27: debounce of 5 s", () => {
  test("ten calls in 3 s → one run with the last arguments, 5 s after the last", async () => {
    const { client, index, runs } = trial();
    for (let call = 1; call <= 10; call += 1) {
      await index(`a${call}`);
      if (call < 10) await client.advance(300);
    }
    await client.advance(4_999);
    expect(runs).toEqual([]);
    await client.advance(1);
    expect(runs).toEqual([{ atMs: 2_700 + 5_000, arg: "a10" }]);
    await client.advance("1h");
    expect(runs).toHaveLength(1);
  });

  test("keys are apart, and calls after a run make a new one", async () => {
    const { client, index, runs } = trial();
    await index("a1");
    await client.advance("3s");
    await index("b1");
    await client.advance("4s");
    await index("a2");
    await client.advance("1m");
    expect(runs).toEqual([
      { atMs: 5_000, arg: "a1" },
      { atMs: 8_000, arg: "b1" },
      { atMs: 12_000, arg: "a2" },
    ]);
  });

  test("with a longest wait, calls that never cease do not put it off for ever", async () => {
    const { client, index, runs } = trial("12s");
    for (let call = 1; call <= 30; call += 1) {
      await index(`a${call}`);
      await client.advance("1s");
    }
    await client.advance("1m");
    expect(runs[0]).toEqual({ atMs: 12_000, arg: "a12" });
    expect(runs.at(-1)).toEqual({ atMs: expect.any(Number) as number, arg: "a30" });
    expect(runs.length).toBeLessThanOrEqual(4);
  });

  test("calls of several processes on one file are one, and it waits in real time", async () => {
    const path = storePath();
    const runs: string[] = [];
    const search = task("search", { durable: true, debounce: "400ms" }, (_context, arg: string) => void runs.push(arg));
    const engines = [1, 2, 3].map(() => openEngine({ store: sqlite(path), tasks: [search] }));
    await engines[0]?.work();
    const [first] = await Promise.all(engines.map((engine, index) => engine.enqueue(search, `first ${index}`)));
    const last = await engines[2]?.enqueue(search, "last");
    const calledAt = Date.now();
    await last?.result();
    expect([last?.id, runs]).toEqual([first?.id, ["last"]]);
    expect(Date.now() - calledAt).toBeGreaterThanOrEqual(390);
  });
});
