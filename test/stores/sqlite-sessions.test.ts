import { DatabaseSync } from "node:sqlite";
import { sqlite } from "afterwork/sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TrialClock } from "../../src/stores/conformance/trial-clock.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { newJob } from "./new-job.ts";
import { SqliteFolder } from "./sqlite-folder.ts";

let folder: SqliteFolder;
let path: string;
let clock: TrialClock;
let store: Store;

beforeEach(async () => {
  folder = new SqliteFolder();
  path = folder.newFile();
  clock = new TrialClock();
  store = sqlite(path, { clock });
  await store.open();
});

afterEach(async () => {
  await store.close();
  folder[Symbol.dispose]();
});

test("a renewal that moves little is not written, and counts all the same", async () => {
  await store.register({ id: "w", leaseMs: 30_000, name: "trial" });
  using other = new DatabaseSync(path);
  const version = (): unknown => other.prepare("pragma data_version").get();
  const before = version();
  for (let second = 0; second < 3; second += 1) {
    clock.pass(1000);
    await store.extend("w", []);
  }
  expect(version()).toEqual(before);
  clock.pass(29_000);
  await store.reclaim(10);
  expect((await store.extend("w", [])).alive).toBe(true);
  expect(version()).not.toEqual(before);
  clock.pass(30_000);
  await store.reclaim(10);
  expect((await store.extend("w", [])).alive).toBe(false);
});

test("what one store remembers of a claim says nothing about a later claim by another", async () => {
  const elsewhere = sqlite(path, { clock });
  await elsewhere.open();
  const job = newJob();
  await store.insert([job]);
  await claim(store, "here", "first");
  clock.pass(1000);
  await elsewhere.reclaim(10);
  await claim(elsewhere, "there", "second");
  const settled = { kind: "succeeded", id: job.id, result: undefined } as const;
  expect(await store.settle("there", [{ ...settled, token: "second" }])).toEqual(["applied"]);
  expect(await store.settle("here", [{ ...settled, token: "first" }])).toEqual(["lost"]);
  const [record] = await elsewhere.get([job.id]);
  expect(record).toMatchObject({ status: "succeeded", attempt: 2, worker: "there", startedAt: clock.now() });
  await elsewhere.close();
});

async function claim(at: Store, worker: string, token: string): Promise<void> {
  await at.register({ id: worker, leaseMs: 1000, name: worker });
  const { jobs } = await at.claim({ worker, token, queues: undefined, tasks: ["task"], limit: 10, keyedLimit: 10 });
  expect(jobs).toHaveLength(1);
}
