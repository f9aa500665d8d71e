import { guard, type GuardOptions } from "../../src/stores/guard/guard.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { memory } from "../../src/stores/memory/memory.ts";
import { ManualClock } from "../base/manual-clock.ts";
import { MemoryLog } from "../base/memory-log.ts";

/** How the next call of a store goes wrong: `never` is not answered at all, an error is what it rejects with. */
export type Trouble = "never" | "late" | Error;

/** A store whose calls go wrong as they are told, and the guard before it. */
export interface Guarded {
  readonly store: Store;
  readonly clock: ManualClock;
  readonly log: MemoryLog;
  /** What has reached the store: the names of the methods. */
  readonly calls: string[];
  /** How the next calls go wrong, one after the other; then they go well. */
  readonly troubles: Trouble[];
  /** The arguments of the last call that has reached the store. */
  lastCall(): readonly unknown[];
}

/** Opens a guarded store with a time-out of a second; waits between tries are exactly as long as they are planned. */
export async function openGuarded(own: Partial<GuardOptions> & { readonly maxBatch?: number } = {}): Promise<Guarded> {
  const { maxBatch = 1000, ...options } = own;
  const clock = new ManualClock();
  const log = new MemoryLog();
  const calls: string[] = [];
  const troubles: Trouble[] = [];
  let last: readonly unknown[] = [];
  const inner = memory({ clock });
  const faulty = new Proxy(inner, {
    get(target, name) {
      if (name === "capabilities") return { ...target.capabilities, maxBatch };
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...args: unknown[]): unknown => {
        calls.push(String(name));
        last = args;
        const trouble = troubles.shift();
        if (trouble === "never") return new Promise(() => {});
        if (trouble instanceof Error) return Promise.reject(trouble);
        const answer: unknown = Reflect.apply(method, target, args);
        return trouble === "late" ? new Promise(() => {}) : answer;
      };
    },
  });
  const store = guard(faulty, { timeoutMs: 1000, clock, log, random: () => 0.5, ...options });
  await store.open();
  calls.length = 0;
  return { store, clock, log, calls, troubles, lastCall: () => last };
}

/** Lets promises that have settled call back. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
