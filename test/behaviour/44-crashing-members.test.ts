import { chain, chord } from "afterwork";
import { expect, test, vi } from "vitest";

import { clumsy, fragile, neighbour, sum } from "./fixtures/durable/crashing-tasks.ts";
import { forEachSharedStore } from "./support/shared-store.ts";
import { supervise } from "./support/supervisor.ts";

vi.setConfig({ testTimeout: 30_000 });

forEachSharedStore("44: a member that crashes its process never hangs the chord", (fresh) => {
  test("crashing once, it is run again, and the chord has all results", async () => {
    const store = fresh();
    const engine = store.engine([clumsy, neighbour, sum]);
    const supervisor = supervise(store);
    const job = await engine.enqueue(
      chord(
        [
          [neighbour, 1],
          [clumsy, 10],
          [neighbour, 100],
        ],
        sum,
      ),
    );
    expect(await job.result()).toBe(111);
    expect(supervisor.lines(/^clumsy/)).toEqual(["clumsy started 1", "clumsy started 2"]);
  });

  test("failing for good, it fails the chord, which says why", async () => {
    const store = fresh();
    const engine = store.engine([fragile, neighbour, sum]);
    supervise(store);
    const job = await engine.enqueue(chord([[neighbour, 1], [fragile]], sum));
    await expect(job.result()).rejects.toMatchObject({ message: expect.stringMatching(/fragile.*vanished/s) });
  });

  test("a link of a chain that crashes is run again, and the chain goes on", async () => {
    const store = fresh();
    const engine = store.engine([clumsy, neighbour]);
    supervise(store);
    const job = await engine.enqueue(chain([neighbour, 7], clumsy));
    expect(await job.result()).toBe(7);
  });
});
