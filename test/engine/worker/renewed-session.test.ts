import { memory } from "afterwork";
import { expect, test } from "vitest";

import { systemClock } from "../../../src/base/clock.ts";
import { Fetcher } from "../../../src/engine/worker/fetcher.ts";
import { Session, type Batch } from "../../../src/engine/worker/session.ts";
import type { Store } from "../../../src/stores/contract/store.ts";

const crash = { onCrash: "retry", maxAttempts: 3, delayMs: 0, growing: false, maxDelayMs: 0 } as const;
const keep = { succeededMs: 1e6, failedMs: 1e6 };

async function storeWithJob(): Promise<Store> {
  const store = memory();
  await store.open();
  await store.insert([{ id: "job", task: "task", queue: "q", priority: 0, args: "[]", crash, keep }]);
  return store;
}

interface Fetching {
  /** Resolves with the claim that took the job. */
  readonly taken: Promise<Batch>;
  readonly renew: () => Promise<void>;
  readonly renewals: () => number;
  readonly stop: () => Promise<void>;
}

function fetchFor(session: Session, store: Store): Fetching {
  const { promise: taken, resolve } = Promise.withResolvers<Batch>();
  let renewals = 0;
  const renew = async (): Promise<void> => {
    renewals += 1;
    session.renew();
    await session.register();
  };
  const fetcher = new Fetcher({
    store,
    session,
    clock: systemClock,
    queues: undefined,
    tasks: ["task"],
    pollMs: 20,
    room: () => ({ limit: 1, keyed: 0 }),
    take: (jobs, batch) => jobs.length > 0 && resolve(batch),
    note: () => {},
    lost: renew,
    onError: (error) => {
      throw error;
    },
  });
  const running = fetcher.run();
  const stop = async (): Promise<void> => {
    fetcher.stop();
    await running;
  };
  return { taken, renew, renewals: () => renewals, stop };
}

// When it hears of the end, the claim is about to begin: it may be a few steps ahead, or behind.
test.each([0, 1, 2, 3, 4, 5])("a claim that begins while its session ends keeps what it takes (%i)", async (steps) => {
  const store = await storeWithJob();
  const session = new Session({ store, leaseMs: 10_000, name: "host:1" });
  await session.register();
  await store.extend(session.id, [], { leaving: true });
  const extending = session.extend();
  const { taken, renew, stop } = fetchFor(session, store);
  void extending.then(async () => {
    for (let step = 0; step < steps; step += 1) await Promise.resolve();
    await renew();
  });
  await taken;
  // Under a token that this extension did not name, the job would go back.
  await session.extend();
  expect((await store.get(["job"]))[0]?.status).toBe("running");
  await stop();
});

test("a session that has been renewed is not ended by late news of the one before", async () => {
  const store = await storeWithJob();
  const session = new Session({ store, leaseMs: 10_000, name: "host:1" });
  await session.register();
  await store.extend(session.id, [], { leaving: true });
  const late = session.extend();
  session.renew();
  await session.register();
  expect(await late).toBeDefined();
  const { taken, renewals, stop } = fetchFor(session, store);
  await taken;
  expect(renewals()).toBe(0);
  await stop();
});
