import { expect, test, vi } from "vitest";

import { quick } from "./fixtures/durable/holding-tasks.ts";
import { forEachSharedStore } from "./support/shared-store.ts";
import { startDurableServer, type DurableServer } from "./support/durable-server.ts";

vi.setConfig({ testTimeout: 60_000 });

const rounds = 8;
const requests = 20;

forEachSharedStore("accepted, then killed", (fresh) => {
  test(`whoever has received a 201 will see the task run, though the server is killed right then, ${rounds} times`, async () => {
    const store = fresh();
    const accepted: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const server = await startDurableServer(store);
      accepted.push(...(await postUntilKilled(server, 1 + (round % requests))));
    }
    expect(accepted.length).toBeGreaterThanOrEqual(rounds);
    const engine = store.engine([quick]);
    await store.worker();
    const jobs = accepted.map((id) => engine.job(id));
    await Promise.all(jobs.map((job) => job.result({ timeout: "30s" })));
    console.log(`${accepted.length} requests were accepted in ${rounds} rounds`);
  });
});

/** Sends requests side by side and kills the server as soon as `wanted` of them are accepted; the jobs of all that were. */
async function postUntilKilled(server: DurableServer, wanted: number): Promise<readonly string[]> {
  const accepted: string[] = [];
  const post = async (): Promise<void> => {
    const response = await fetch(`${server.url}/quick`, { method: "POST" });
    const { job } = (await response.json()) as { readonly job: string };
    expect(response.status).toBe(201);
    accepted.push(job);
    if (accepted.length >= wanted) server.process.kill("SIGKILL");
  };
  await Promise.allSettled(Array.from({ length: requests }, post));
  await server.exit;
  return accepted;
}
