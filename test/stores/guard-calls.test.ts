import { expect, test } from "vitest";
import { newId } from "../../src/base/ids.ts";
import { StoreFaultError } from "../../src/stores/contract/store-fault-error.ts";
import { openGuarded, settled } from "./guarded-store.ts";
import { newJob } from "./new-job.ts";

const locked = new StoreFaultError("locked", { passing: true });
const corrupt = new StoreFaultError("the file is corrupt");

test("a fault that passes is tried again, each time after twice as long", async () => {
  const { store, clock, calls, troubles } = await openGuarded();
  troubles.push(locked, locked, locked);
  const job = newJob();
  const answers = store.insert([job]);
  const triesAfter = [];
  for (const ms of [19, 1, 39, 1, 79, 1]) {
    await settled();
    clock.advance(ms);
    triesAfter.push(calls.length);
  }
  expect(triesAfter).toEqual([1, 2, 2, 3, 3, 4]);
  expect(await answers).toEqual([{ id: job.id, deduplicated: false }]);
  expect(clock.waiting).toBe(0);
});

test("the waits are jittered", async () => {
  const { store, clock, calls, troubles } = await openGuarded({ random: () => 0 });
  troubles.push(locked);
  const counts = store.counts(1);
  await settled();
  clock.advance(10);
  expect(calls.length).toBe(2);
  await counts;
});

test("a fault that does not pass is thrown at once, and so is any other error, as the store's", async () => {
  const { store, calls, troubles } = await openGuarded();
  troubles.push(corrupt, new TypeError("a driver's bug"));
  await expect(store.counts(1)).rejects.toBe(corrupt);
  await expect(store.counts(1)).rejects.toMatchObject({
    code: "STORE_FAULT",
    message: "the store failed (counts): a driver's bug",
    passing: false,
    cause: expect.any(TypeError),
  });
  expect(calls).toEqual(["counts", "counts"]);
});

test("tries end with the time-out, with the last fault", async () => {
  const { store, clock, calls, troubles } = await openGuarded();
  troubles.push(...Array.from({ length: 50 }, () => locked));
  const failing = expect(store.counts(1)).rejects.toBe(locked);
  for (let ms = 0; ms < 1000; ms += 10) {
    await settled();
    clock.advance(10);
  }
  await failing;
  expect(calls.length).toBe(6);
  expect(clock.waiting).toBe(0);
});

test("a call that is not answered in time is refused, and may have been stored all the same", async () => {
  const { store, clock, troubles } = await openGuarded();
  troubles.push("late");
  const job = newJob();
  const failing = expect(store.insert([job])).rejects.toMatchObject({
    code: "STORE_FAULT",
    passing: true,
    message: "the store did not answer within 1000 ms (insert); it may have been stored all the same: use unique or tx",
  });
  clock.advance(1000);
  await failing;
  expect((await store.get([job.id]))[0]?.id).toBe(job.id);
});

test("prune may take its budget longer", async () => {
  const { store, clock, troubles } = await openGuarded();
  troubles.push("never");
  let failed = false;
  const pruning = store.prune(500).catch(() => {
    failed = true;
  });
  clock.advance(1499);
  await settled();
  expect(failed).toBe(false);
  clock.advance(1);
  await pruning;
  expect(failed).toBe(true);
});

test("opening and migrating take as long as they take", async () => {
  const { store, clock, troubles } = await openGuarded();
  troubles.push("never");
  let settledEarly = false;
  void store.migrate().finally(() => {
    settledEarly = true;
  });
  clock.advance(1_000_000);
  await settled();
  expect(settledEarly).toBe(false);
});

test("opening is tried again while faults pass, as long as any call", async () => {
  const { store, clock, calls, troubles, log } = await openGuarded();
  troubles.push(locked, locked);
  const done = store.open();
  await settled();
  clock.advance(20);
  await settled();
  clock.advance(40);
  await done;
  expect(calls).toEqual(["open", "open", "open"]);
  expect(log.lines.map(({ message }) => message)).toEqual([
    "the store does not answer as it should",
    "the store answers again",
  ]);
  troubles.push(...Array.from({ length: 50 }, () => locked));
  const failing = expect(store.open()).rejects.toBe(locked);
  for (let ms = 0; ms < 1000; ms += 10) {
    clock.advance(10);
    await settled();
  }
  await failing;
});

test("a claim is never tried again: its jobs might be held under a token that nobody gives back", async () => {
  const { store, calls, troubles } = await openGuarded();
  await store.register({ id: "w", leaseMs: 1000, name: "w" });
  troubles.push(locked);
  const request = { worker: "w", token: newId(), queues: undefined, tasks: [], limit: 1, keyedLimit: 0 };
  await expect(store.claim(request)).rejects.toBe(locked);
  expect(calls).toEqual(["register", "claim"]);
});

test("an insert in a transaction of the user is never tried again", async () => {
  const { store, calls, troubles } = await openGuarded();
  troubles.push(locked);
  await expect(store.insert([newJob()], {})).rejects.toBe(locked);
  expect(calls).toEqual(["insert"]);
});

test("no more calls wait than there may be, and those who had to go may come again", async () => {
  const { store, clock, calls, troubles } = await openGuarded({ maxWaiting: 2 });
  troubles.push("never", "never");
  const waiting = [store.counts(1), store.counts(1)].map((call) => expect(call).rejects.toThrow("did not answer"));
  await expect(store.counts(1)).rejects.toMatchObject({ code: "STORE_FAULT", passing: true });
  expect(calls.length).toBe(2);
  clock.advance(1000);
  await Promise.all(waiting);
  await expect(store.counts(1)).resolves.toBeDefined();
});

test("after close every call is refused, and closing again waits for the same", async () => {
  const { store, calls } = await openGuarded();
  await Promise.all([store.close(), store.close()]);
  await store.close();
  await expect(store.counts(1)).rejects.toMatchObject({ code: "STORE_FAULT", passing: false });
  await expect(store.insert([newJob()])).rejects.toThrow("has been closed");
  await expect(store.open()).rejects.toThrow("has been closed");
  store.wake("jobs");
  expect(calls).toEqual(["close"]);
});

test("trouble is told once when it begins and once when it is over", async () => {
  const { store, clock, log, troubles } = await openGuarded();
  for (let outage = 0; outage < 2; outage += 1) {
    troubles.push(locked, locked, locked);
    const calls = [store.counts(1), store.counts(1), store.counts(1)];
    await settled();
    clock.advance(20);
    await Promise.all(calls);
  }
  expect(log.lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
    "warn: the store does not answer as it should",
    "info: the store answers again",
    "warn: the store does not answer as it should",
    "info: the store answers again",
  ]);
});
