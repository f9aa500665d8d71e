import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sleep, systemClock } from "../../src/base/clock.ts";
import { ManualClock } from "./manual-clock.ts";

const longestTimerMs = 2 ** 31 - 1;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a wait longer than a timer can be is not cut short", () => {
  const callback = vi.fn<() => void>();
  systemClock.after(longestTimerMs + 1_000, callback);
  vi.advanceTimersByTime(longestTimerMs + 999);
  expect(callback).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(callback).toHaveBeenCalledOnce();
});

test("a long wait can be cancelled in each of its parts", () => {
  for (const passedMs of [0, longestTimerMs + 1]) {
    const callback = vi.fn<() => void>();
    const cancel = systemClock.after(2 * longestTimerMs, callback);
    vi.advanceTimersByTime(passedMs);
    cancel();
    expect(vi.getTimerCount()).toBe(0);
    expect(callback).not.toHaveBeenCalled();
  }
});

test("sleep ends after its time and leaves no listener behind", async () => {
  const clock = new ManualClock();
  const { signal } = new AbortController();
  const remove = vi.spyOn(signal, "removeEventListener");
  const slept = sleep(clock, 100, signal);
  clock.advance(99);
  expect(clock.waiting).toBe(1);
  clock.advance(1);
  await slept;
  expect(remove).toHaveBeenCalledOnce();
});

test("sleep ends as soon as its signal aborts and leaves no timer behind", async () => {
  const clock = new ManualClock();
  const abort = new AbortController();
  const slept = sleep(clock, 100, abort.signal);
  abort.abort();
  await slept;
  expect(clock.waiting).toBe(0);
  await sleep(clock, 100, abort.signal);
  expect(clock.waiting).toBe(0);
});
