import { expect, test, vi } from "vitest";

import { inSteps } from "./fixtures/durable/crashing-tasks.ts";
import { forEachSharedStore } from "./support/shared-store.ts";
import { supervise } from "./support/supervisor.ts";

vi.setConfig({ testTimeout: 30_000 });

forEachSharedStore("45: steps A, B, C", (fresh) => {
  test("killed after B → A and B aren't run again, their values are the same", async () => {
    const store = fresh();
    const engine = store.engine([inSteps]);
    const supervisor = supervise(store);
    const job = await engine.enqueue(inSteps);
    const values = await job.result();
    expect(supervisor.lines(/^step/)).toEqual(["step A of attempt 1", "step B of attempt 1", "step C of attempt 2"]);
    const seen = supervisor.lines(/^values/).map((line) => JSON.parse(line.slice("values ".length)) as unknown);
    expect(seen).toEqual([values.slice(0, 2), values.slice(0, 2)]);
    expect((await job.read()).failures).toEqual([expect.objectContaining({ attempt: 1, crashed: true })]);
  });
});
