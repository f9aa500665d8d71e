import { chain, chord } from "afterwork";
import { describe, expect, test, vi } from "vitest";

import { clumsy, fragile, neighbour, sum } from "./fixtures/durable/crashing-tasks.ts";
import { durableFile } from "./support/durable-file.ts";
import { supervise } from "./support/supervisor.ts";

vi.setConfig({ testTimeout: 30_000 });

describe("44: a member that crashes its process never hangs the chord", () => {
  test("crashing once, it is run again, and the chord has all results", async () => {
    const file = durableFile();
    const engine = file.engine([clumsy, neighbour, sum]);
    const supervisor = supervise(file);
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
    const file = durableFile();
    const engine = file.engine([fragile, neighbour, sum]);
    supervise(file);
    const job = await engine.enqueue(chord([[neighbour, 1], [fragile]], sum));
    await expect(job.result()).rejects.toMatchObject({ message: expect.stringMatching(/fragile.*vanished/s) });
  });

  test("a link of a chain that crashes is run again, and the chain goes on", async () => {
    const file = durableFile();
    const engine = file.engine([clumsy, neighbour]);
    supervise(file);
    const job = await engine.enqueue(chain([neighbour, 7], clumsy));
    expect(await job.result()).toBe(7);
  });
});
